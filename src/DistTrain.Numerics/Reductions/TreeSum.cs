using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace DistTrain.Numerics;

/// <summary>Additions along the canonical reduction tree (docs/ARCHITECTURE.md, "Same bits"): a node's sum is left + right.</summary>
public static class TreeSum
{
    /// <summary>sum[i] = left[i] + right[i].</summary>
    /// <param name="sum">As long as both; may be one of them.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add(ReadOnlySpan<float> left, ReadOnlySpan<float> right, Span<float> sum)
    {
        int length = left.Length;
        if (right.Length != length || sum.Length != length)
        {
            throw new ArgumentException(
                $"cannot add {left.Length:N0} and {right.Length:N0} floats into {sum.Length:N0}: lengths must be equal");
        }

        ref float leftStart = ref MemoryMarshal.GetReference(left);
        ref float rightStart = ref MemoryMarshal.GetReference(right);
        ref float sumStart = ref MemoryMarshal.GetReference(sum);
        int i = 0;
        for (; i + Lanes <= length; i += Lanes)
        {
            Vector512<float> both =
                Vector512.LoadUnsafe(ref leftStart, (nuint)i) + Vector512.LoadUnsafe(ref rightStart, (nuint)i);
            both.StoreUnsafe(ref sumStart, (nuint)i);
        }

        AddScalar(left[i..], right[i..], sum[i..]);
    }

    /// <summary>
    /// The tree sum of leaves that lie one after the other; it ends up in the first leaf's place, the rest is
    /// overwritten with partial sums.
    /// </summary>
    /// <param name="leaves">Shape (leafCount, length).</param>
    public static void Reduce(Span<float> leaves, int leafCount, int length)
    {
        for (int stride = 1; stride < leafCount; stride *= 2)
        {
            for (int leaf = 0; leaf + stride < leafCount; leaf += 2 * stride)
            {
                Span<float> left = leaves.Slice(leaf * length, length);
                Add(left, leaves.Slice((leaf + stride) * length, length), left);
            }
        }
    }

    /// <summary>The plain twin of <see cref="Add"/>.</summary>
    internal static void AddScalar(ReadOnlySpan<float> left, ReadOnlySpan<float> right, Span<float> sum)
    {
        for (int i = 0; i < left.Length; i++)
        {
            sum[i] = left[i] + right[i];
        }
    }

    private const int Lanes = 16;
}
