using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using DistTrain.Numerics.Kernels;

namespace DistTrain.Numerics;

/// <summary>Sums over the rows of each shard, column by column, added along the reduction tree: a bias's gradient.</summary>
/// <remarks>
/// Canonical order: in a segment each column is one chain of additions over the rows in ascending order, from +0;
/// segments are the leaves of the tree (<see cref="TreeSum"/>), empty ones +0. Columns go in panels, whose open
/// subtrees fit on the stack: nothing is allocated.
/// </remarks>
public static unsafe class ColumnSum
{
    /// <param name="segmentStarts">Ascending rows, count + 1 entries; the first is 0, the last the number of rows.</param>
    /// <param name="columns">Width of a row.</param>
    /// <param name="values">Shape (rows, columns).</param>
    /// <param name="sums">Shape (columns,). Overwritten.</param>
    /// <exception cref="ArgumentException">The lengths do not fit the rows and columns.</exception>
    public static void Compute(
        ReadOnlySpan<int> segmentStarts, int columns, ReadOnlySpan<float> values, Span<float> sums)
    {
        int rows = segmentStarts[^1];
        SpanMap.RequireLength(rows * columns, values.Length);
        SpanMap.RequireLength(columns, sums.Length);
        int segmentCount = segmentStarts.Length - 1;
        int levelCount = BitOperations.Log2((uint)Math.Max(segmentCount, 1)) + 1;
        float* levels = stackalloc float[levelCount * PanelColumns];
        fixed (float* start = values, result = sums)
        {
            for (int column = 0; column < columns; column += PanelColumns)
            {
                int width = Math.Min(PanelColumns, columns - column);
                Panel(segmentStarts, columns, start + column, width, levels, result + column);
            }
        }
    }

    /// <summary>The plain twin.</summary>
    internal static void ComputeScalar(
        ReadOnlySpan<int> segmentStarts, int columns, ReadOnlySpan<float> values, Span<float> sums)
    {
        int segmentCount = segmentStarts.Length - 1;
        var leaves = new float[Math.Max(segmentCount, 1) * columns];
        for (int segment = 0; segment < segmentCount; segment++)
        {
            for (int row = segmentStarts[segment]; row < segmentStarts[segment + 1]; row++)
            {
                for (int column = 0; column < columns; column++)
                {
                    leaves[(segment * columns) + column] += values[(row * columns) + column];
                }
            }
        }

        TreeSum.Reduce(leaves, segmentCount, columns);
        leaves.AsSpan(0, columns).CopyTo(sums);
    }

    /// <summary>Columns whose open subtrees are kept at a time: 1 KiB per level.</summary>
    private const int PanelColumns = 256;

    /// <summary>
    /// Binary counter as in <see cref="TreeAccumulator"/>: level l holds a subtree of 2^l segments where bit l of the
    /// number of segments so far is set. A segment is summed where the subtree that it completes will stay.
    /// </summary>
    private static void Panel(
        ReadOnlySpan<int> segmentStarts, int columns, float* values, int width, float* levels, float* result)
    {
        int segmentCount = segmentStarts.Length - 1;
        for (int segment = 0; segment < segmentCount; segment++)
        {
            int level = BitOperations.TrailingZeroCount(~segment);
            float* sum = levels + (level * PanelColumns);
            SumRows(
                values + ((long)segmentStarts[segment] * columns), segmentStarts[segment + 1] - segmentStarts[segment],
                columns, width, sum);
            for (int lower = 0; lower < level; lower++)
            {
                Add(levels + (lower * PanelColumns), sum, width);
            }
        }

        bool isFirst = true;
        for (int level = 0; segmentCount >> level != 0; level++)
        {
            if (((segmentCount >> level) & 1) == 0)
            {
                continue;
            }

            float* subtree = levels + (level * PanelColumns);
            if (isFirst)
            {
                new ReadOnlySpan<float>(subtree, width).CopyTo(new Span<float>(result, width));
            }
            else
            {
                Add(subtree, result, width);
            }

            isFirst = false;
        }

        if (isFirst)
        {
            new Span<float>(result, width).Clear();
        }
    }

    /// <summary>right[i] = left[i] + right[i].</summary>
    private static void Add(float* left, float* right, int width) =>
        TreeSum.Add(new ReadOnlySpan<float>(left, width), new ReadOnlySpan<float>(right, width), new Span<float>(right, width));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SumRows(float* values, int rows, int columns, int width, float* sum)
    {
        new Span<float>(sum, width).Clear();
        int row = 0;
        for (; row <= rows - 4; row += 4)
        {
            // Four rows per pass over the sums; each column still adds them one after the other.
            float* row0 = values + ((long)row * columns);
            float* row1 = row0 + columns;
            float* row2 = row1 + columns;
            float* row3 = row2 + columns;
            int column = 0;
            for (; column <= width - VectorTail.Lanes; column += VectorTail.Lanes)
            {
                Vector512<float> total = Vector512.Load(sum + column) + Vector512.Load(row0 + column);
                total += Vector512.Load(row1 + column);
                total += Vector512.Load(row2 + column);
                total += Vector512.Load(row3 + column);
                total.Store(sum + column);
            }

            for (; column < width; column++)
            {
                sum[column] = sum[column] + row0[column] + row1[column] + row2[column] + row3[column];
            }
        }

        for (; row < rows; row++)
        {
            Add(values + ((long)row * columns), sum, width);
        }
    }
}
