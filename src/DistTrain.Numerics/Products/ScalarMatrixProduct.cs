using System.Numerics;

namespace DistTrain.Numerics;

/// <summary>The scalar twin of <see cref="MatrixProduct"/>: plain loops that define its bits.</summary>
public static class ScalarMatrixProduct
{
    /// <inheritdoc cref="MatrixProduct.Nn"/>
    public static void Nn(
        int m, int n, int k, ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> c, ReadOnlySpan<float> bias = default)
    {
        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j < n; j++)
            {
                float sum = bias.IsEmpty ? 0 : bias[j];
                for (int l = 0; l < k; l++)
                {
                    sum = MathF.FusedMultiplyAdd(a[(i * k) + l], b[(l * n) + j], sum);
                }

                c[(i * n) + j] = sum;
            }
        }
    }

    /// <inheritdoc cref="MatrixProduct.Nt"/>
    public static void Nt(int m, int n, int k, ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> c)
    {
        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j < n; j++)
            {
                float sum = 0;
                for (int l = 0; l < k; l++)
                {
                    sum = MathF.FusedMultiplyAdd(a[(i * k) + l], b[(j * k) + l], sum);
                }

                c[(i * n) + j] = sum;
            }
        }
    }

    /// <inheritdoc cref="MatrixProduct.Tn"/>
    public static void Tn(
        int m, int n, ReadOnlySpan<int> segmentStarts, ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> c)
    {
        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j < n; j++)
            {
                c[(i * n) + j] = SumOfSegments(m, i, a, n, j, b, segmentStarts);
            }
        }
    }

    /// <summary>The tree's definition: the left part is the largest power of two below the number of segments.</summary>
    private static float SumOfSegments(
        int m, int i, ReadOnlySpan<float> a, int n, int j, ReadOnlySpan<float> b, ReadOnlySpan<int> starts)
    {
        int count = starts.Length - 1;
        if (count > 1)
        {
            int left = 1 << BitOperations.Log2((uint)(count - 1));
            return SumOfSegments(m, i, a, n, j, b, starts[..(left + 1)]) + SumOfSegments(m, i, a, n, j, b, starts[left..]);
        }

        float sum = 0;
        for (int l = starts[0]; l < starts[^1]; l++)
        {
            sum = MathF.FusedMultiplyAdd(a[(l * m) + i], b[(l * n) + j], sum);
        }

        return sum;
    }
}
