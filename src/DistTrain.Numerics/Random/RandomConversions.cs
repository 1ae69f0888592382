using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using DistTrain.Numerics.Kernels;

namespace DistTrain.Numerics;

/// <summary>From random words to numbers. Exact IEEE operations only: equal bits everywhere.</summary>
public static class RandomConversions
{
    /// <summary>Uniform in [0, 1): the word's upper 24 bits, times 2^-24.</summary>
    public static float Uniform(uint word) => (int)(word >> 8) * UniformUnit;

    /// <param name="values">As long as <paramref name="words"/>; may be the same memory.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Uniform(ReadOnlySpan<uint> words, Span<float> values)
    {
        ref uint wordsStart = ref MemoryMarshal.GetReference(words);
        ref float valuesStart = ref MemoryMarshal.GetReference(values[..words.Length]);
        int i = 0;
        for (; i + Vector512<uint>.Count <= words.Length; i += Vector512<uint>.Count)
        {
            Vector512<int> upper = (Vector512.LoadUnsafe(ref wordsStart, (nuint)i) >>> 8).AsInt32();
            (Vector512.ConvertToSingle(upper) * UniformUnit).StoreUnsafe(ref valuesStart, (nuint)i);
        }

        for (; i < words.Length; i++)
        {
            values[i] = Uniform(words[i]);
        }
    }

    /// <summary>Standard normal, by the inverse of the distribution function; at most 6.3 in magnitude.</summary>
    public static float Normal(uint word) => NormalQuantile.Apply(word);

    /// <param name="values">As long as <paramref name="words"/>; may be the same memory.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Normal(ReadOnlySpan<uint> words, Span<float> values)
    {
        ref uint wordsStart = ref MemoryMarshal.GetReference(words);
        ref float valuesStart = ref MemoryMarshal.GetReference(values[..words.Length]);
        int i = 0;
        for (; i + Vector512<uint>.Count <= words.Length; i += Vector512<uint>.Count)
        {
            NormalQuantile.Apply(Vector512.LoadUnsafe(ref wordsStart, (nuint)i)).StoreUnsafe(ref valuesStart, (nuint)i);
        }

        for (; i < words.Length; i++)
        {
            values[i] = Normal(words[i]);
        }
    }

    private const float UniformUnit = 1f / (1 << 24);
}
