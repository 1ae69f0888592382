namespace DistTrain.Numerics;

/// <summary>The counter-based generator Philox4x32 with 10 rounds: a keyed bijection of 128-bit counters.</summary>
/// <remarks>
/// Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3" (SC 2011). Integer arithmetic alone, so
/// every machine gives equal words. Checked against the known answers published with Random123.
/// </remarks>
public static class Philox4x32
{
    internal const uint Multiplier0 = 0xD2511F53;
    internal const uint Multiplier1 = 0xCD9E8D57;

    /// <summary>Added to key word 0 from round to round (the golden ratio).</summary>
    internal const uint Weyl0 = 0x9E3779B9;

    /// <summary>Added to key word 1 from round to round (√3 − 1).</summary>
    internal const uint Weyl1 = 0xBB67AE85;

    internal const int RoundCount = 10;

    /// <summary>The four random words of one counter.</summary>
    public static PhiloxBlock Generate(PhiloxBlock counter, uint key0, uint key1)
    {
        (uint word0, uint word1, uint word2, uint word3) = counter;
        for (int round = 0; round < RoundCount; round++)
        {
            ulong product0 = (ulong)Multiplier0 * word0;
            ulong product1 = (ulong)Multiplier1 * word2;
            word0 = (uint)(product1 >> 32) ^ word1 ^ key0;
            word1 = (uint)product1;
            word2 = (uint)(product0 >> 32) ^ word3 ^ key1;
            word3 = (uint)product0;
            key0 += Weyl0;
            key1 += Weyl1;
        }

        return new PhiloxBlock(word0, word1, word2, word3);
    }
}

/// <summary>128 bits as four words: a counter, or the numbers drawn from it.</summary>
public readonly record struct PhiloxBlock(uint Word0, uint Word1, uint Word2, uint Word3);
