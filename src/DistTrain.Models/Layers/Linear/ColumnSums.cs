using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using DistTrain.Numerics;

namespace DistTrain.Models;

/// <summary>Sums over the rows of each shard, column by column, added in tree order: a bias's gradient.</summary>
/// <param name="columns">Width of a row.</param>
internal sealed class ColumnSums(int columns) : IDisposable
{
    private readonly TreeAccumulator _tree = new(columns);

    /// <param name="values">Shape (rows, columns).</param>
    /// <param name="sums">Shape (columns,). Overwritten.</param>
    public void Compute(ReadOnlySpan<int> shardStarts, ReadOnlySpan<float> values, Span<float> sums)
    {
        if (shardStarts.Length == 2)
        {
            SumRows(values[..(shardStarts[1] * columns)], sums);
            return;
        }

        for (int shard = 0; shard + 1 < shardStarts.Length; shard++)
        {
            int start = shardStarts[shard] * columns;
            int end = shardStarts[shard + 1] * columns;
            SumRows(values[start..end], _tree.BeginLeaf());
            _tree.EndLeaf();
        }

        _tree.Finish(sums);
    }

    public void Dispose() => _tree.Dispose();

    // Each column is one chain of additions from +0; several vectors of columns go side by side to hide the latency.
    private void SumRows(ReadOnlySpan<float> values, Span<float> sums)
    {
        ref float first = ref MemoryMarshal.GetReference(values);
        int column = 0;
        for (; column + (4 * Width) <= columns; column += 4 * Width)
        {
            Vector512<float> sum0 = default, sum1 = default, sum2 = default, sum3 = default;
            for (int at = column; at < values.Length; at += columns)
            {
                sum0 += Vector512.LoadUnsafe(ref first, (nuint)at);
                sum1 += Vector512.LoadUnsafe(ref first, (nuint)(at + Width));
                sum2 += Vector512.LoadUnsafe(ref first, (nuint)(at + (2 * Width)));
                sum3 += Vector512.LoadUnsafe(ref first, (nuint)(at + (3 * Width)));
            }

            sum0.CopyTo(sums[column..]);
            sum1.CopyTo(sums[(column + Width)..]);
            sum2.CopyTo(sums[(column + (2 * Width))..]);
            sum3.CopyTo(sums[(column + (3 * Width))..]);
        }

        for (; column + Width <= columns; column += Width)
        {
            Vector512<float> sum = default;
            for (int at = column; at < values.Length; at += columns)
            {
                sum += Vector512.LoadUnsafe(ref first, (nuint)at);
            }

            sum.CopyTo(sums[column..]);
        }

        sums[column..columns].Clear();
        for (int row = 0; column < columns && row < values.Length; row += columns)
        {
            for (int rest = column; rest < columns; rest++)
            {
                sums[rest] += values[row + rest];
            }
        }
    }

    private static readonly int Width = Vector512<float>.Count;
}
