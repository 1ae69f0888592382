using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DistTrain.Numerics.Products;

/// <summary>What must hold for a product without the zero entries of a to have the bits of the whole chain.</summary>
/// <remarks>
/// A left-out step is fma(±0, b, c). For a finite b it changes c only where c is −0 and the product +0: then c would have
/// become +0. A chain without these steps therefore differs from the whole one at most by −0 in place of +0, sums of chains
/// too, and a result that is not −0 is the same. Zero times infinity is not a number: such a b needs the whole chain.
/// </remarks>
internal static unsafe class SparseGuard
{
    /// <summary>The bits of −0, the lowest of all integers.</summary>
    public const int NegativeZero = int.MinValue;

    /// <param name="count">A multiple of 16.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool AreFinite(float* values, nint count)
    {
        Vector512<int> most = Vector512<int>.Zero;
        for (float* end = values + count; values < end; values += 16)
        {
            most = Larger(most, Vector512.Load(values));
        }

        return IsFinite(most);
    }

    /// <param name="count">A multiple of 16.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool HasNegativeZero(float* values, nint count)
    {
        Vector512<int> lowest = Vector512<int>.Zero;
        for (float* end = values + count; values < end; values += 16)
        {
            lowest = Vector512.Min(lowest, Vector512.Load(values).AsInt32());
        }

        return Vector512.EqualsAny(lowest, Vector512.Create(NegativeZero));
    }

    /// <summary>Goes on with a search: the largest magnitudes so far, as integers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Larger(Vector512<int> most, Vector512<float> values) =>
        Vector512.Max(most, values.AsInt32() & Vector512.Create(int.MaxValue));

    /// <summary>Whether none of the magnitudes is infinite or not a number.</summary>
    public static bool IsFinite(Vector512<int> most) => Vector512.LessThanAll(most, Vector512.Create(InfinityBits));

    private const int InfinityBits = 0x7F800000;
}
