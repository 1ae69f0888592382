using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using DistTrain.Numerics.Kernels;
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

    private static void WritePart(float* source, nint sourceStep, int count, float* target, nint targetStep, int lanes)
    {
        float* rows = stackalloc float[2 * SampleBlocks.Lanes * SampleBlocks.Lanes];
        float* columns = rows + (SampleBlocks.Lanes * SampleBlocks.Lanes);
        for (int i = 0; i < count; i++)
        {
            Vector512.Load(source + (i * sourceStep)).Store(rows + (i * SampleBlocks.Lanes));
        }

        Transposition.Write16x16(rows, SampleBlocks.Lanes, columns, SampleBlocks.Lanes);
        for (int lane = 0; lane < lanes; lane++)
        {
            VectorTail.Store(Vector512.Load(columns + (lane * SampleBlocks.Lanes)), target + (lane * targetStep), count);
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
