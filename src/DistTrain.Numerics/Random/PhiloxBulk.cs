using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Runtime.Intrinsics;

namespace DistTrain.Numerics;

/// <summary>Consecutive Philox blocks of one row, several at a time. Equal words on every path.</summary>
/// <remarks>
/// A vector holds one counter word of several blocks, each in the lower half of a 64-bit lane, because the widening
/// multiplication wants it there; the upper halves hold leftovers that no later operation reads. Lanes carry the
/// blocks in the order that makes the final interleaving give consecutive blocks.
/// </remarks>
internal static class PhiloxBulk
{
    /// <param name="words">Length: four per block. Block b goes to words[4b .. 4b+4).</param>
    public static void Generate(in PhiloxKey key, uint row, uint firstBlock, Span<uint> words)
    {
        int done = 0;
        if (Avx512F.IsSupported)
        {
            done = Generate512(key, row, firstBlock, words);
        }
        else if (Avx2.IsSupported)
        {
            done = Generate256(key, row, firstBlock, words);
        }

        Scalar(key, row, firstBlock + (uint)(done / 4), words[done..]);
    }

    /// <summary>The plain twin.</summary>
    public static void Scalar(in PhiloxKey key, uint row, uint firstBlock, Span<uint> words)
    {
        Span<PhiloxBlock> blocks = MemoryMarshal.Cast<uint, PhiloxBlock>(words);
        for (int i = 0; i < blocks.Length; i++)
        {
            var counter = new PhiloxBlock(firstBlock + (uint)i, row, key.Counter2, key.Counter3);
            blocks[i] = Philox4x32.Generate(counter, key.Key0, key.Key1);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Generate512(in PhiloxKey key, uint row, uint firstBlock, Span<uint> words)
    {
        Vector512<ulong> lower = Vector512.Create((ulong)uint.MaxValue);
        Vector512<ulong> blockOfLane = Vector512.Create(0UL, 4, 1, 5, 2, 6, 3, 7);
        int done = 0;
        for (; done + 32 <= words.Length; done += 32)
        {
            // Below 2^32 altogether: the caller checked the last block.
            Vector512<ulong> word0 = blockOfLane + Vector512.Create((ulong)firstBlock + (uint)(done / 4));
            Vector512<ulong> word1 = Vector512.Create((ulong)row);
            Vector512<ulong> word2 = Vector512.Create((ulong)key.Counter2);
            Vector512<ulong> word3 = Vector512.Create((ulong)key.Counter3);
            uint key0 = key.Key0;
            uint key1 = key.Key1;
            for (int round = 0; round < Philox4x32.RoundCount; round++)
            {
                Vector512<ulong> product0 =
                    Avx512F.Multiply(word0.AsUInt32(), Vector512.Create(Philox4x32.Multiplier0));
                Vector512<ulong> product1 =
                    Avx512F.Multiply(word2.AsUInt32(), Vector512.Create(Philox4x32.Multiplier1));
                word0 = (product1 >>> 32) ^ word1 ^ Vector512.Create((ulong)key0);
                word1 = product1;
                word2 = (product0 >>> 32) ^ word3 ^ Vector512.Create((ulong)key1);
                word3 = product0;
                key0 += Philox4x32.Weyl0;
                key1 += Philox4x32.Weyl1;
            }

            Vector512<ulong> front = (word0 & lower) | (word1 << 32);
            Vector512<ulong> back = (word2 & lower) | (word3 << 32);
            Avx512F.UnpackLow(front, back).AsUInt32().CopyTo(words[done..]);
            Avx512F.UnpackHigh(front, back).AsUInt32().CopyTo(words[(done + 16)..]);
        }

        return done;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Generate256(in PhiloxKey key, uint row, uint firstBlock, Span<uint> words)
    {
        Vector256<ulong> lower = Vector256.Create((ulong)uint.MaxValue);
        Vector256<ulong> blockOfLane = Vector256.Create(0UL, 2, 1, 3);
        int done = 0;
        for (; done + 16 <= words.Length; done += 16)
        {
            Vector256<ulong> word0 = blockOfLane + Vector256.Create((ulong)firstBlock + (uint)(done / 4));
            Vector256<ulong> word1 = Vector256.Create((ulong)row);
            Vector256<ulong> word2 = Vector256.Create((ulong)key.Counter2);
            Vector256<ulong> word3 = Vector256.Create((ulong)key.Counter3);
            uint key0 = key.Key0;
            uint key1 = key.Key1;
            for (int round = 0; round < Philox4x32.RoundCount; round++)
            {
                Vector256<ulong> product0 =
                    Avx2.Multiply(word0.AsUInt32(), Vector256.Create(Philox4x32.Multiplier0));
                Vector256<ulong> product1 =
                    Avx2.Multiply(word2.AsUInt32(), Vector256.Create(Philox4x32.Multiplier1));
                word0 = (product1 >>> 32) ^ word1 ^ Vector256.Create((ulong)key0);
                word1 = product1;
                word2 = (product0 >>> 32) ^ word3 ^ Vector256.Create((ulong)key1);
                word3 = product0;
                key0 += Philox4x32.Weyl0;
                key1 += Philox4x32.Weyl1;
            }

            Vector256<ulong> front = (word0 & lower) | (word1 << 32);
            Vector256<ulong> back = (word2 & lower) | (word3 << 32);
            Avx2.UnpackLow(front, back).AsUInt32().CopyTo(words[done..]);
            Avx2.UnpackHigh(front, back).AsUInt32().CopyTo(words[(done + 8)..]);
        }

        return done;
    }
}
