using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DistTrain.Numerics.Kernels;

/// <summary>The last, incomplete vector of a span.</summary>
internal static unsafe class VectorTail
{
    public const int Lanes = 16;

    /// <summary>Lanes [0, count) from memory, the others +0. Reads no float beyond.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(float* source, int count) =>
        Avx512F.IsSupported
            ? Avx512F.MaskLoad(source, Mask(count), Vector512<float>.Zero)
            : LoadPlain(source, count);

    /// <summary>Lanes [0, count) to memory. Writes no float beyond.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<float> value, float* target, int count)
    {
        if (Avx512F.IsSupported)
        {
            Avx512F.MaskStore(target, Mask(count), value);
        }
        else
        {
            StorePlain(value, target, count);
        }
    }

    /// <summary>All bits set in lanes [0, count).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Mask(int count) =>
        Vector512.LessThan(Vector512<int>.Indices, Vector512.Create(count)).AsSingle();

    private static Vector512<float> LoadPlain(float* source, int count)
    {
        Vector512<float> padded = default;
        new ReadOnlySpan<float>(source, count).CopyTo(new Span<float>(&padded, Lanes));
        return padded;
    }

    private static void StorePlain(Vector512<float> value, float* target, int count) =>
        new ReadOnlySpan<float>(&value, count).CopyTo(new Span<float>(target, count));
}
