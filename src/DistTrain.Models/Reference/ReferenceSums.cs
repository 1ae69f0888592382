using System.Numerics;

namespace DistTrain.Models;

/// <summary>Sums in the canonical orders, plainly.</summary>
internal static class ReferenceSums
{
    /// <summary>Per column one chain of additions over the rows, from +0.</summary>
    /// <param name="values">Shape (rows, columns).</param>
    public static void Columns<T>(ReadOnlySpan<T> values, int rows, int columns, Span<T> sums)
        where T : struct, IFloatingPointIeee754<T>
    {
        sums[..columns].Clear();
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                sums[column] += values[(row * columns) + column];
            }
        }
    }

    /// <summary>Softmax's numerators e^(xᵢ − max) and their sum over elements.</summary>
    public static (T Max, T Sum) Exponentials<T>(ReadOnlySpan<T> row, Span<T> exponentials)
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

        return (max, Lanes<T>(exponentials[..row.Length]));
    }

    /// <summary>Σ x·y over elements: lanes as in <see cref="Lanes"/>, each a chain of fused multiply-adds.</summary>
    public static T Dot<T>(ReadOnlySpan<T> first, ReadOnlySpan<T> second)
        where T : struct, IFloatingPointIeee754<T>
    {
        var lanes = new T[16];
        for (int index = 0; index < first.Length; index++)
        {
            lanes[index % 16] = T.FusedMultiplyAdd(first[index], second[index], lanes[index % 16]);
        }

        return Lanes<T>(lanes);
    }

    /// <summary>Over elements: 16 virtual lanes, lane = index mod 16, added by the fixed tree.</summary>
    public static T Lanes<T>(ReadOnlySpan<T> values)
        where T : struct, IFloatingPointIeee754<T>
    {
        var lanes = new T[16];
        for (int index = 0; index < values.Length; index++)
        {
            lanes[index % 16] += values[index];
        }

        for (int half = 8; half > 0; half /= 2)
        {
            for (int lane = 0; lane < half; lane++)
            {
                lanes[lane] += lanes[lane + half];
            }
        }

        return lanes[0];
    }
}
