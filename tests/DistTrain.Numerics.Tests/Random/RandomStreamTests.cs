using DistTrain.Numerics.Probe;

namespace DistTrain.Numerics.Tests;

public sealed class RandomStreamTests
{
    private static readonly PhiloxKey Key = new(0x0123456789ABCDEF, RandomPurpose.Dropout, 3, 1L << 33, 7);

    [Fact]
    public void NextWord_TheDocumentedLayout_GivesTheSameWords()
    {
        PhiloxBlock derived = Philox4x32.Generate(
            new PhiloxBlock((uint)RandomPurpose.Dropout | (7u << 8), 3, 0, 2), 0x89ABCDEF, 0x01234567);
        PhiloxBlock secondBlock = Philox4x32.Generate(
            new PhiloxBlock(1, 42, derived.Word2, derived.Word3), derived.Word0, derived.Word1);
        RandomStream stream = Key.Row(42);
        var words = new uint[8];
        for (int i = 0; i < words.Length; i++)
        {
            words[i] = stream.NextWord();
        }

        Assert.Equal([secondBlock.Word0, secondBlock.Word1, secondBlock.Word2, secondBlock.Word3], words[4..]);
    }

    [Fact]
    public void FillWords_AnyStartAndLength_DrawsWhatSingleDrawsWould()
    {
        for (int start = 0; start < 6; start++)
        {
            for (int length = 0; length < 150; length++)
            {
                RandomStream bulk = Key.Row(5);
                RandomStream single = Key.Row(5);
                for (int i = 0; i < start; i++)
                {
                    Assert.Equal(single.NextWord(), bulk.NextWord());
                }

                var words = new uint[length];
                bulk.FillWords(words);
                foreach (uint word in words)
                {
                    Assert.Equal(single.NextWord(), word);
                }

                Assert.Equal(single.NextWord(), bulk.NextWord());
                Assert.Equal(single.Position, bulk.Position);
            }
        }
    }

    [Fact]
    public void FillUniform_AnyLength_DrawsWhatSingleDrawsWould()
    {
        foreach (int length in (int[])[0, 1, 15, 16, 17, 100, 2047, 2048, 2049, 5000])
        {
            RandomStream bulk = Key.Row(1);
            RandomStream single = Key.Row(1);
            var values = new float[length];
            bulk.FillUniform(values);
            foreach (float value in values)
            {
                Assert.Equal(single.NextUniform(), value);
                Assert.InRange(value, 0f, 0.99999994f);
            }
        }
    }

    [Fact]
    public void FillUniform_AMillionValues_AreEvenlySpread()
    {
        var values = new float[1_000_000];
        Key.Row().FillUniform(values);
        var counts = new int[100];
        foreach (float value in values)
        {
            counts[(int)(value * 100)]++;
        }

        // 99 degrees of freedom: mean 99, deviation 14.
        double chiSquare = counts.Sum(count => Math.Pow(count - 10_000.0, 2) / 10_000);
        Assert.InRange(chiSquare, 50, 160);
    }

    [Fact]
    public void NextBelow_EveryBound_StaysInsideAndIsEven()
    {
        RandomStream stream = Key.Row();
        foreach (int bound in (int[])[1, 2, 3, 7, 1000, int.MaxValue])
        {
            for (int i = 0; i < 100; i++)
            {
                Assert.InRange(stream.NextBelow(bound), 0, bound - 1);
            }
        }

        var counts = new int[3];
        for (int i = 0; i < 30_000; i++)
        {
            counts[stream.NextBelow(3)]++;
        }

        Assert.All(counts, count => Assert.InRange(count, 9_700, 10_300));
    }

    [Fact]
    public void NextBelow_BoundsNearTwoToThe31_PassOverBiasedWords()
    {
        // Of 2^32 words, 2^32 mod bound = 2^31 − 2 are passed over: nearly half.
        RandomStream stream = Key.Row();
        for (int i = 0; i < 1000; i++)
        {
            stream.NextBelow((1 << 30) + 1);
        }

        Assert.InRange(stream.Position, 1200UL, 1500UL);
    }

    [Fact]
    public void NextBelow_ZeroBound_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Key.Row().NextBelow(0));

    [Fact]
    public void Row_AnyOtherName_GivesOtherNumbers()
    {
        PhiloxKey[] keys =
        [
            new(1, RandomPurpose.Dropout), new(2, RandomPurpose.Dropout), new(1UL << 32, RandomPurpose.Dropout),
            new(1, RandomPurpose.Shuffle), new(1, RandomPurpose.Dropout, epoch: 1),
            new(1, RandomPurpose.Dropout, step: 1), new(1, RandomPurpose.Dropout, step: 1L << 32),
            new(1, RandomPurpose.Dropout, layer: 1), new(1, RandomPurpose.Dropout, layer: PhiloxKey.LayersMax - 1),
        ];
        var words = new HashSet<uint>();
        foreach (PhiloxKey key in keys)
        {
            foreach (int row in (int[])[0, 1, int.MaxValue])
            {
                RandomStream stream = key.Row(row);
                Assert.True(words.Add(stream.NextWord()));
            }
        }
    }

    [Fact]
    public void FillNormal_AnyLength_DrawsWhatSingleDrawsWould()
    {
        foreach (int length in (int[])[0, 1, 15, 16, 17, 100, 2047, 2048, 2049, 50_000])
        {
            RandomStream bulk = Key.Row(1);
            RandomStream single = Key.Row(1);
            var values = new float[length];
            bulk.FillNormal(values);
            foreach (float value in values)
            {
                Assert.Equal(BitConverter.SingleToInt32Bits(single.NextNormal()), BitConverter.SingleToInt32Bits(value));
            }
        }
    }

    [Fact]
    public void Normal_WordsOverTheWholeRange_InvertTheDistributionFunction()
    {
        for (ulong word = 0; word <= uint.MaxValue; word += 999_983)
        {
            double p = ((word >> 1) + 0.5) / 4294967296.0;
            double size = Math.Abs(RandomConversions.Normal((uint)word));
            double density = Math.Exp(-0.5 * size * size) / Math.Sqrt(2 * Math.PI);

            // The error of z is that of p over the density; AS 241 and float32 allow a few 1e-7, absolute and relative.
            double error = (DoubleReference.NormalBelow(-size) - p) / density;
            Assert.True(Math.Abs(error) <= 3e-7 + (3e-7 * size), $"word {word}: z {size}, error {error}");
        }
    }

    [Fact]
    public void Normal_ExtremeWords_StayFinite()
    {
        Assert.Equal(-RandomConversions.Normal(0), RandomConversions.Normal(1));
        Assert.InRange(Math.Abs(RandomConversions.Normal(0)), 6.2f, 6.4f);
        Assert.InRange(Math.Abs(RandomConversions.Normal(uint.MaxValue)), 0f, 1e-7f);
    }

    [Fact]
    public void FillNormal_AMillionValues_HaveMeanZeroAndVarianceOne()
    {
        var values = new float[1_000_000];
        Key.Row().FillNormal(values);
        double mean = values.Average(value => (double)value);
        double variance = values.Average(value => (double)value * value);
        double fourth = values.Average(value => Math.Pow(value, 4));
        Assert.InRange(mean, -0.004, 0.004);
        Assert.InRange(variance, 0.99, 1.01);
        Assert.InRange(fourth, 2.95, 3.05);
    }
}
