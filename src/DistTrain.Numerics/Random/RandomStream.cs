using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DistTrain.Numerics;

/// <summary>The random numbers of one row, in order. A value type: a copy goes on from the same place by itself.</summary>
/// <remarks>
/// Every number is a pure function of key, row and position: the i-th uniform or normal comes from the i-th word.
/// Bulk fills draw exactly what as many single draws would, and may be mixed with them.
/// </remarks>
public struct RandomStream
{
    /// <summary>Words in a row's stream: 2^32 blocks of four.</summary>
    public const ulong WordsMax = 1UL << 34;

    private readonly PhiloxKey _key;
    private readonly uint _row;
    private ulong _position;
    private PhiloxBlock _block;

    /// <param name="row">0 or more.</param>
    public RandomStream(PhiloxKey key, int row)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        _key = key;
        _row = (uint)row;
    }

    /// <summary>Words drawn so far.</summary>
    public readonly ulong Position => _position;

    /// <summary>32 random bits.</summary>
    /// <exception cref="InvalidOperationException">The stream's 2^34 words are used up.</exception>
    public uint NextWord()
    {
        uint lane = (uint)_position & 3;
        if (lane == 0)
        {
            _block = Block(_position >> 2);
        }

        _position++;
        return lane switch { 0 => _block.Word0, 1 => _block.Word1, 2 => _block.Word2, _ => _block.Word3 };
    }

    /// <summary>Uniform in [0, 1): a multiple of 2^-24, from the upper 24 bits of one word.</summary>
    public float NextUniform() => RandomConversions.Uniform(NextWord());

    /// <summary>Normal with mean 0 and standard deviation 1, from one word; see <see cref="RandomConversions"/>.</summary>
    public float NextNormal() => RandomConversions.Normal(NextWord());

    /// <summary>Uniform in [0, bound), without bias: words that would favour some values are passed over.</summary>
    /// <param name="bound">1 or more.</param>
    /// <remarks>
    /// Lemire, "Fast random integer generation in an interval" (2019), section 4. On average fewer than two words.
    /// </remarks>
    public int NextBelow(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bound);
        uint limit = (uint)bound;
        ulong product = (ulong)NextWord() * limit;
        if ((uint)product < limit)
        {
            uint biased = (0 - limit) % limit;
            while ((uint)product < biased)
            {
                product = (ulong)NextWord() * limit;
            }
        }

        return (int)(product >> 32);
    }

    /// <summary>Draws words.Length words.</summary>
    public void FillWords(Span<uint> words)
    {
        int done = 0;
        while (done < words.Length && (_position & 3) != 0)
        {
            words[done++] = NextWord();
        }

        int wholeBlocks = (words.Length - done) / 4;
        if (wholeBlocks > 0)
        {
            ulong firstBlock = _position >> 2;
            if (firstBlock + (ulong)wholeBlocks > WordsMax / 4)
            {
                ThrowUsedUp();
            }

            PhiloxBulk.Generate(_key, _row, (uint)firstBlock, words.Slice(done, wholeBlocks * 4));
            _position += (ulong)wholeBlocks * 4;
            done += wholeBlocks * 4;
        }

        while (done < words.Length)
        {
            words[done++] = NextWord();
        }
    }

    /// <summary>Draws values.Length uniforms in [0, 1).</summary>
    public void FillUniform(Span<float> values)
    {
        while (!values.IsEmpty)
        {
            Span<float> part = values[..Math.Min(values.Length, ChunkWords)];
            Span<uint> words = MemoryMarshal.Cast<float, uint>(part);
            FillWords(words);
            RandomConversions.Uniform(words, part);
            values = values[part.Length..];
        }
    }

    /// <summary>Draws values.Length uniforms in [low, high): low + (high − low) · u, by one fused multiply-add.</summary>
    public void FillUniform(Span<float> values, float low, float high)
    {
        FillUniform(values);
        Affine(values, high - low, low);
    }

    /// <summary>Draws values.Length normals with mean 0 and standard deviation 1.</summary>
    public void FillNormal(Span<float> values)
    {
        while (!values.IsEmpty)
        {
            Span<float> part = values[..Math.Min(values.Length, ChunkWords)];
            Span<uint> words = MemoryMarshal.Cast<float, uint>(part);
            FillWords(words);
            RandomConversions.Normal(words, part);
            values = values[part.Length..];
        }
    }

    /// <summary>Draws normals: mean + deviation · z, by one fused multiply-add.</summary>
    public void FillNormal(Span<float> values, float mean, float deviation)
    {
        FillNormal(values);
        Affine(values, deviation, mean);
    }

    /// <summary>Words converted at a time, so that they stay in the first-level cache.</summary>
    private const int ChunkWords = 2048;

    private static void Affine(Span<float> values, float factor, float offset)
    {
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = MathF.FusedMultiplyAdd(factor, values[i], offset);
        }
    }

    private readonly PhiloxBlock Block(ulong number)
    {
        if (number >= WordsMax / 4)
        {
            ThrowUsedUp();
        }

        return Philox4x32.Generate(
            new PhiloxBlock((uint)number, _row, _key.Counter2, _key.Counter3), _key.Key0, _key.Key1);
    }

    [System.Diagnostics.CodeAnalysis.DoesNotReturn]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ThrowUsedUp() =>
        throw new InvalidOperationException("a random stream gives 2^34 words and they are used up: open another row");
}
