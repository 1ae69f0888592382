using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DistTrain.Numerics.Products;

/// <summary>Copies a block of a matrix into panels, the layout that the micro-kernels read.</summary>
/// <remarks>
/// A panel of width w holds (kCount, w) dense: the w rows (of a) or columns (of b) of a tile, side by side for each k.
/// Where fewer are left, the last panel is narrower, its width rounded up to a multiple of the step and filled with
/// zeros. Widths and steps are multiples of 4.
/// </remarks>
internal static unsafe class PanelPacking
{
    /// <summary>Rows of the source taken at a time: one line of each stays in the first-level cache, at any stride.</summary>
    private const int RowsAtATime = 8;

    /// <summary>Floats that <paramref name="count"/> rows or columns take when packed.</summary>
    public static int PackedLength(int count, int kCount, int step) => checked(RoundUp(count, step) * kCount);

    public static int RoundUp(int value, int multiple) => (value + multiple - 1) / multiple * multiple;

    /// <summary>Cuts a length into as few blocks as the largest size allows, of nearly equal size.</summary>
    public static int Balanced(int length, int most, int multiple)
    {
        int count = Math.Max(1, (length + most - 1) / most);
        return Math.Max(multiple, RoundUp((length + count - 1) / count, multiple));
    }

    /// <summary>Packs from a matrix whose rows run across the panel: element (k, i) is source[k · stride + i].</summary>
    /// <param name="count">Rows of a, or columns of b, to pack.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void PackAlong(float* source, nint stride, int count, int kCount, int width, int step, float* panels)
    {
        for (int k = 0; k < kCount; k += RowsAtATime)
        {
            int rows = Math.Min(RowsAtATime, kCount - k);
            float* target = panels;
            int first = 0;
            for (; first + width <= count; first += width, target += (nint)kCount * width)
            {
                CopyRows(source + first, stride, rows, width, target + ((nint)k * width));
            }

            if (first < count)
            {
                int last = RoundUp(count - first, step);
                CopyLastRows(source + first, stride, rows, count - first, last, target + ((nint)k * last));
            }

            source += rows * stride;
        }
    }

    /// <summary>Packs from a matrix whose rows run along k: element (k, i) is source[i · stride + k].</summary>
    /// <param name="count">Rows of a, or columns of b, to pack.</param>
    /// <param name="zeros">At least kCount zeros.</param>
    public static void PackAcross(
        float* source, nint stride, int count, int kCount, int width, int step, float* panels, float* zeros)
    {
        float** rows = stackalloc float*[width];
        for (int first = 0; first < count; first += width)
        {
            int panelWidth = RoundUp(Math.Min(width, count - first), step);
            for (int i = 0; i < panelWidth; i++)
            {
                rows[i] = first + i < count ? source + ((first + i) * stride) : zeros;
            }

            PackRows(rows, kCount, panelWidth, panels);
            panels += (nint)kCount * panelWidth;
        }
    }

    /// <summary>Writes rows as the columns of one panel.</summary>
    /// <param name="rows">As many pointers as the panel is wide.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void PackRows(float** rows, int kCount, int width, float* panel)
    {
        int k = 0;
        if (Avx512F.IsSupported && width == 12)
        {
            for (; k + 16 <= kCount; k += 16)
            {
                Transposition.Write12x16(rows, k, panel + (k * 12));
            }
        }
        else if (Avx512F.IsSupported && width % 16 == 0)
        {
            // Rows in groups, each all along k: a processor follows 16 streams, but not 128.
            for (int i = 0; i < width; i += 16)
            {
                for (k = 0; k + 16 <= kCount; k += 16)
                {
                    Transposition.Write16x16(rows + i, k, panel + (k * width) + i, width);
                }
            }
        }

        for (; k + 4 <= kCount; k += 4)
        {
            for (int i = 0; i < width; i += 4)
            {
                Transposition.Write4x4(rows + i, k, panel + (k * width) + i, width);
            }
        }

        for (; k < kCount; k++)
        {
            for (int i = 0; i < width; i += 4)
            {
                Transposition.Write4x1(rows + i, k, panel + (k * width) + i);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyRows(float* source, nint stride, int rows, int width, float* target)
    {
        if (Vector512.IsHardwareAccelerated && width == 12)
        {
            for (; rows > 0; rows--, source += stride, target += 12)
            {
                Vector256.Load(source).Store(target);
                Vector128.Load(source + 8).Store(target + 8);
            }
        }
        else if (Vector512.IsHardwareAccelerated && width == 32)
        {
            for (; rows > 0; rows--, source += stride, target += 32)
            {
                Vector512.Load(source).Store(target);
                Vector512.Load(source + 16).Store(target + 16);
            }
        }
        else if (Vector512.IsHardwareAccelerated && width % 16 == 0)
        {
            for (; rows > 0; rows--, source += stride, target += width)
            {
                for (int i = 0; i < width; i += 16)
                {
                    Vector512.Load(source + i).Store(target + i);
                }
            }
        }
        else
        {
            for (; rows > 0; rows--, source += stride, target += width)
            {
                for (int i = 0; i < width; i += 4)
                {
                    Vector128.Load(source + i).Store(target + i);
                }
            }
        }
    }

    private static void CopyLastRows(float* source, nint stride, int rows, int used, int width, float* target)
    {
        for (int row = 0; row < rows; row++, source += stride)
        {
            int i = 0;
            for (; i + 4 <= used; i += 4)
            {
                Vector128.Load(source + i).Store(target + i);
            }

            for (; i < used; i++)
            {
                target[i] = source[i];
            }

            for (; i < width; i++)
            {
                target[i] = 0;
            }

            target += width;
        }
    }
}
