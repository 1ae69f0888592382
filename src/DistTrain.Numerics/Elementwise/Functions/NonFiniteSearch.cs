using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DistTrain.Numerics.Kernels;

/// <summary>Finds infinities and not-a-numbers: all bits of the exponent are set.</summary>
internal static unsafe class NonFiniteSearch
{
    private const int ExponentMask = 0x7F80_0000;

    /// <summary>Floats looked at before a decision.</summary>
    private const int BlockLength = 4 * VectorTail.Lanes;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int First(ReadOnlySpan<float> values)
    {
        fixed (float* start = values)
        {
            int* bits = (int*)start;
            int i = 0;
            for (; i <= values.Length - BlockLength; i += BlockLength)
            {
                Vector512<int> found = IsNonFinite(bits + i) | IsNonFinite(bits + i + 16)
                    | IsNonFinite(bits + i + 32) | IsNonFinite(bits + i + 48);
                if (found != Vector512<int>.Zero)
                {
                    break;
                }
            }

            int inRest = FirstScalar(values[i..]);
            return inRest < 0 ? -1 : i + inRest;
        }
    }

    /// <summary>The plain twin.</summary>
    public static int FirstScalar(ReadOnlySpan<float> values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (!float.IsFinite(values[i]))
            {
                return i;
            }
        }

        return -1;
    }

    private static Vector512<int> IsNonFinite(int* bits)
    {
        Vector512<int> mask = Vector512.Create(ExponentMask);
        return Vector512.Equals(Vector512.Load(bits) & mask, mask);
    }
}
