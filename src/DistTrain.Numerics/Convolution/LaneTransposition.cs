using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using DistTrain.Numerics.Products;

namespace DistTrain.Numerics.Convolution;

/// <summary>Takes elements of sixteen samples apart: what lay side by side in a block comes to each sample's own place.</summary>
internal static unsafe class LaneTransposition
{
    /// <summary>target[lane · targetStep + i] = source[i · sourceStep + lane], i below count, lane below lanes.</summary>
    /// <param name="source">Rows of sixteen lanes.</param>
    /// <param name="count">1 to 16 rows.</param>
    /// <param name="lanes">1 to 16.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write(float* source, nint sourceStep, int count, float* target, nint targetStep, int lanes)
    {
        if (!Avx512F.IsSupported)
        {
            WritePlain(source, sourceStep, count, target, targetStep, lanes);
        }
        else if (count == SampleBlocks.Lanes && lanes == SampleBlocks.Lanes)
        {
            Transposition.Write16x16(source, sourceStep, target, targetStep);
        }
        else
        {
            WritePart(source, sourceStep, count, target, targetStep, lanes);
        }
    }

    /// <summary>Four rows at a time, then up to three.</summary>
    private static void WritePart(float* source, nint sourceStep, int count, float* target, nint targetStep, int lanes)
    {
        for (; count > 0; count -= 4, source += 4 * sourceStep, target += 4)
        {
            Vector512<float> second = count > 1 ? Vector512.Load(source + sourceStep) : default;
            Vector512<float> third = count > 2 ? Vector512.Load(source + (2 * sourceStep)) : default;
            Vector512<float> fourth = count > 3 ? Vector512.Load(source + (3 * sourceStep)) : default;
            Transposition.Transpose4x16(
                Vector512.Load(source), second, third, fourth, out var column0, out var column1, out var column2,
                out var column3);
            WriteQuarter(column0, count, target, 4 * targetStep, lanes);
            WriteQuarter(column1, count, target + targetStep, 4 * targetStep, lanes - 1);
            WriteQuarter(column2, count, target + (2 * targetStep), 4 * targetStep, lanes - 2);
            WriteQuarter(column3, count, target + (3 * targetStep), 4 * targetStep, lanes - 3);
        }
    }

    /// <summary>Every fourth sample's elements, which lie side by side in the column.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void WriteQuarter(Vector512<float> column, int count, float* target, nint step, int lanes)
    {
        if (lanes >= 13 && count >= 4)
        {
            column.GetLower().GetLower().Store(target);
            column.GetLower().GetUpper().Store(target + step);
            column.GetUpper().GetLower().Store(target + (2 * step));
            column.GetUpper().GetUpper().Store(target + (3 * step));
            return;
        }

        for (int lane = 0; lane < lanes; lane += 4, target += step)
        {
            for (int i = 0; i < Math.Min(4, count); i++)
            {
                target[i] = column[lane + i];
            }
        }
    }

    private static void WritePlain(float* source, nint sourceStep, int count, float* target, nint targetStep, int lanes)
    {
        for (int lane = 0; lane < lanes; lane++)
        {
            for (int i = 0; i < count; i++)
            {
                target[(lane * targetStep) + i] = source[(i * sourceStep) + lane];
            }
        }
    }
}
