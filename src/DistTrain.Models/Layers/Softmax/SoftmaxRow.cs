using System.Numerics;
using System.Runtime.Intrinsics;
using DistTrain.Numerics;

namespace DistTrain.Models;

/// <summary>e^(xᵢ − max x) of one row and their sum over 16 virtual lanes: what softmax and its cross-entropy share.</summary>
internal static class SoftmaxRow
{
    /// <summary>The largest element; which of equal ones, or of +0 and −0, makes no difference to what follows.</summary>
    public static float Max(ReadOnlySpan<float> row)
    {
        if (row.Length < VectorMap.Width)
        {
            float largest = row[0];
            foreach (float x in row[1..])
            {
                largest = Math.Max(largest, x);
            }

            return largest;
        }

        Vector512<float> lanes = Vector512.Create(row);
        for (int at = VectorMap.Width; at + VectorMap.Width <= row.Length; at += VectorMap.Width)
        {
            lanes = Vector512.Max(lanes, Vector512.Create(row[at..]));
        }

        lanes = Vector512.Max(lanes, Vector512.Create(row[^VectorMap.Width..]));
        float max = lanes[0];
        for (int lane = 1; lane < VectorMap.Width; lane++)
        {
            max = Math.Max(max, lanes[lane]);
        }

        return max;
    }

    /// <returns>Σ e^(xᵢ − max).</returns>
    /// <param name="exponentials">As long as the row. Overwritten. Empty: not wanted.</param>
    public static float Sum(ReadOnlySpan<float> row, float max, Span<float> exponentials)
    {
        Span<float> scratch = stackalloc float[ChunkLength];
        Vector512<float> lanes = default;
        for (int start = 0; start < row.Length; start += ChunkLength)
        {
            int count = Math.Min(ChunkLength, row.Length - start);
            Span<float> chunk = exponentials.IsEmpty ? scratch[..count] : exponentials.Slice(start, count);
            VectorMap.Apply(new Shift(max), row.Slice(start, count), chunk);
            VectorMath.Exp(chunk, chunk);
            for (int at = 0; at < count; at += VectorMap.Width)
            {
                lanes += VectorMap.Load(chunk[at..]);
            }
        }

        return VirtualLanes.Sum(lanes);
    }

    /// <summary>The plain twin of both.</summary>
    public static (T Max, T Sum) Reference<T>(ReadOnlySpan<T> row, Span<T> exponentials)
        where T : struct, IFloatingPointIeee754<T>
    {
        T max = row[0];
        foreach (T x in row)
        {
            max = T.Max(max, x);
        }

        for (int at = 0; at < row.Length; at++)
        {
            exponentials[at] = ReferenceMath.Exp(row[at] - max);
        }

        return (max, ReferenceSums.Lanes<T>(exponentials[..row.Length]));
    }

    /// <summary>Floats; a multiple of the lanes, so that a lane's elements stay its own.</summary>
    private const int ChunkLength = 256;

    private readonly struct Shift(float max) : IUnaryFunction
    {
        public Vector512<float> Apply(Vector512<float> x) => x - Vector512.Create(max);
    }
}
