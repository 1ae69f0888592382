using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DistTrain.Numerics.Products;

/// <summary>An operand of a product as it lies in memory: an a of (m, k) or (k, m), or a b of (k, n) or (n, k).</summary>
/// <param name="stride">Floats from row to row.</param>
/// <param name="runsAlongK">Rows run along k: an a of (m, k), or a b of (n, k).</param>
internal readonly unsafe struct Operand(float* source, nint stride, bool runsAlongK)
{
    /// <summary>Rows run along k: an a of (m, k), or a b of (n, k).</summary>
    public bool RunsAlongK => runsAlongK;

    /// <summary>Floats from row to row.</summary>
    public nint Stride => stride;

    /// <summary>Its first element.</summary>
    public float* Source => source;

    /// <summary>Where element (first, k) lies of an operand that runs along k.</summary>
    public float* At(int first, int k) => source + (first * stride) + k;

    /// <summary>The operand without its first rows of a, or columns of b.</summary>
    public Operand From(int first) => new(source + (runsAlongK ? first * stride : first), stride, runsAlongK);

    /// <summary>Packs rows of a, or columns of b, from <paramref name="first"/> on and of k from <paramref name="k"/> on.</summary>
    /// <inheritdoc cref="PanelPacking.PackAcross"/>
    public void Pack(int first, int count, int k, int kCount, int width, int step, float* panels, float* zeros)
    {
        if (runsAlongK)
        {
            PanelPacking.PackAcross(source + (first * stride) + k, stride, count, kCount, width, step, panels, zeros);
        }
        else
        {
            PanelPacking.PackAlong(source + (k * stride) + first, stride, count, kCount, width, step, panels);
        }
    }

    /// <summary>Rows of a that run along k, with zeros behind them up to a multiple of 16 steps. Needs AVX-512.</summary>
    /// <param name="rows">Where they are copied if they do not lie so.</param>
    /// <param name="rowStride">Floats from row to row of a copy.</param>
    /// <param name="resultStride">Floats from row to row of the rows returned.</param>
    public float* Rows(int first, int count, int k, int kCount, float* rows, int rowStride, out nint resultStride)
    {
        if (runsAlongK && kCount % 16 == 0)
        {
            resultStride = stride;
            return source + (first * stride) + k;
        }

        resultStride = rowStride;
        for (int row = 0; row < count; row += 16)
        {
            CopyRows(first + row, Math.Min(16, count - row), k, kCount, rows + (row * rowStride), rowStride);
        }

        return rows;
    }

    /// <summary>The share of entries that are not zero in some rows of the matrix, evenly spread.</summary>
    /// <param name="count">Rows of a.</param>
    public double Density(int count, int kCount, int samples)
    {
        int rows = runsAlongK ? count : kCount, length = (runsAlongK ? kCount : count) / 16 * 16;
        samples = Math.Min(samples, rows);
        if (length == 0 || samples == 0)
        {
            return 1;
        }

        long zeros = 0;
        for (int sample = 0; sample < samples; sample++)
        {
            zeros += CountZeros(source + ((nint)((long)sample * rows / samples) * stride), length);
        }

        return 1 - ((double)zeros / ((long)samples * length));
    }

    /// <param name="length">A multiple of 16.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int CountZeros(float* values, int length)
    {
        int zeros = 0;
        for (int at = 0; at < length; at += 16)
        {
            zeros += BitOperations.PopCount(
                Vector512.Equals(Vector512.Load(values + at), Vector512<float>.Zero).ExtractMostSignificantBits());
        }

        return zeros;
    }

    /// <param name="count">At most 16.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void CopyRows(int first, int count, int k, int kCount, float* rows, int rowStride)
    {
        for (int l = 0; l < kCount; l += 16)
        {
            int steps = Math.Min(16, kCount - l);
            if (steps == 16 && runsAlongK)
            {
                for (int row = 0; row < count; row++)
                {
                    Vector512.Load(source + ((first + row) * stride) + k + l).Store(rows + (row * rowStride) + l);
                }
            }
            else if (steps == 16 && count == 16)
            {
                Transposition.Write16x16(source + ((k + l) * stride) + first, stride, rows + l, rowStride);
            }
            else
            {
                CopyEdge(first, count, k + l, steps, rows + l, rowStride);
            }
        }
    }

    private void CopyEdge(int first, int count, int k, int steps, float* rows, int rowStride)
    {
        nint rowStep = runsAlongK ? stride : 1, kStep = runsAlongK ? 1 : stride;
        float* corner = source + (first * rowStep) + (k * kStep);
        for (int row = 0; row < count; row++)
        {
            for (int l = 0; l < 16; l++)
            {
                rows[(row * rowStride) + l] = l < steps ? corner[(row * rowStep) + (l * kStep)] : 0;
            }
        }
    }
}
