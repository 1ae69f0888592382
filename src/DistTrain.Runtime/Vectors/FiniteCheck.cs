using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace DistTrain.Runtime;

/// <summary>Finds not-a-number and infinite values.</summary>
public static class FiniteCheck
{
    /// <returns>Position of the first value that is not finite; −1: all are.</returns>
    public static int IndexOfNonFinite(ReadOnlySpan<float> values)
    {
        ReadOnlySpan<int> bits = MemoryMarshal.Cast<float, int>(values);
        ref int start = ref MemoryMarshal.GetReference(bits);
        Vector512<int> exponent = Vector512.Create(ExponentMask);
        int i = 0;
        for (; i + BlockLength <= bits.Length; i += BlockLength)
        {
            Vector512<int> found = Vector512<int>.Zero;
            for (int lane = 0; lane < BlockLength; lane += Vector512<int>.Count)
            {
                found |= Vector512.Equals(Vector512.LoadUnsafe(ref start, (nuint)(i + lane)) & exponent, exponent);
            }

            if (found != Vector512<int>.Zero)
            {
                break;
            }
        }

        for (; i < bits.Length; i++)
        {
            if ((bits[i] & ExponentMask) == ExponentMask)
            {
                return i;
            }
        }

        return -1;
    }

    private const int ExponentMask = 0x7F80_0000;

    private const int BlockLength = 128;
}
