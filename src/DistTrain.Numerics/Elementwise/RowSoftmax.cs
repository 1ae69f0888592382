using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using DistTrain.Numerics.Kernels;

namespace DistTrain.Numerics;

/// <summary>Softmax of rows, and its parts for the cross-entropy.</summary>
/// <remarks>
/// Canonical order: subtract the row's maximum, exponential, sum over 16 virtual lanes (<see cref="LaneSum"/>), divide
/// each element by the sum.
/// </remarks>
public static unsafe class RowSoftmax
{
    /// <summary>target[r, i] = e^(source[r, i] − max) / Σⱼ e^(source[r, j] − max).</summary>
    /// <param name="columns">1 or more.</param>
    /// <param name="source">Shape (rows, columns).</param>
    /// <param name="target">Shape (rows, columns); may be the source.</param>
    public static void Forward(int columns, ReadOnlySpan<float> source, Span<float> target)
    {
        SpanMap.RequireLength(source.Length, target.Length);
        for (int start = 0; start < source.Length; start += columns)
        {
            Span<float> row = target.Slice(start, columns);
            float sum = Exponentials(source.Slice(start, columns), row, out _);
            SpanMap.Apply(new Quotient(sum), row, row);
        }
    }

    /// <summary>inputGradient = output · (outputGradient − Σⱼ outputGradientⱼ · outputⱼ), row by row.</summary>
    /// <param name="output">Shape (rows, columns): what <see cref="Forward"/> gave.</param>
    /// <param name="inputGradient">Shape (rows, columns); may be the output gradient.</param>
    public static void Backward(
        int columns, ReadOnlySpan<float> output, ReadOnlySpan<float> outputGradient, Span<float> inputGradient)
    {
        SpanMap.RequireLength(output.Length, outputGradient.Length);
        SpanMap.RequireLength(output.Length, inputGradient.Length);
        for (int start = 0; start < output.Length; start += columns)
        {
            ReadOnlySpan<float> row = output.Slice(start, columns);
            ReadOnlySpan<float> gradient = outputGradient.Slice(start, columns);
            float mean = LaneSum.Dot(row, gradient);
            SpanMap.Apply(new SoftmaxGradient(mean), row, gradient, inputGradient.Slice(start, columns));
        }
    }

    /// <summary>One row's e^(xᵢ − max).</summary>
    /// <param name="row">1 float or more.</param>
    /// <param name="exponentials">As long as the row; may be the row. Empty: only the sum is wanted.</param>
    /// <param name="max">The largest element.</param>
    /// <returns>Σ e^(xᵢ − max), at least 1 for finite elements.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Exponentials(ReadOnlySpan<float> row, Span<float> exponentials, out float max)
    {
        if (!exponentials.IsEmpty)
        {
            SpanMap.RequireLength(row.Length, exponentials.Length);
        }

        max = RowExtremes.Max(row);
        Vector512<float> shift = Vector512.Create(max);
        Vector512<float> lanes = Vector512<float>.Zero;
        fixed (float* from = row, to = exponentials)
        {
            int i = 0;
            for (; i <= row.Length - VectorTail.Lanes; i += VectorTail.Lanes)
            {
                Vector512<float> exponential = default(ExpFunction).Apply(Vector512.Load(from + i) - shift);
                lanes += exponential;
                if (to != null)
                {
                    exponential.Store(to + i);
                }
            }

            int rest = row.Length - i;
            if (rest > 0)
            {
                Vector512<float> exponential = default(ExpFunction).Apply(VectorTail.Load(from + i, rest) - shift);
                lanes += exponential & VectorTail.Mask(rest);
                if (to != null)
                {
                    VectorTail.Store(exponential, to + i, rest);
                }
            }
        }

        return LaneSum.AddLanes(lanes);
    }

    /// <summary>The plain twin of <see cref="Exponentials"/>.</summary>
    internal static float ExponentialsScalar(ReadOnlySpan<float> row, Span<float> exponentials, out float max)
    {
        max = RowExtremes.MaxScalar(row);
        for (int i = 0; i < row.Length; i++)
        {
            exponentials[i] = VectorMath.Exp(row[i] - max);
        }

        return LaneSum.SumScalar(exponentials[..row.Length]);
    }
}
