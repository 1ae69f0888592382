using System.Text;

namespace DistTrain.Protocol.Tests;

public sealed class Crc32CTests
{
    /// <summary>RFC 3720 appendix B.4, and the check value of the CRC catalogue.</summary>
    [Fact]
    public void Crc32C_PublishedInputs_GivesThePublishedValues()
    {
        byte[] ascending = [.. Enumerable.Range(0, 32).Select(value => (byte)value)];
        Assert.Equal(0xE3069283u, Crc32C.Compute(Encoding.ASCII.GetBytes("123456789")));
        Assert.Equal(0x8A9136AAu, Crc32C.Compute(new byte[32]));
        Assert.Equal(0x46DD794Eu, Crc32C.Compute(ascending));
        Assert.Equal(0u, Crc32C.Compute([]));
    }

    [Fact]
    public void Crc32C_ThreeLanesAndFolded_EqualOneLane()
    {
        byte[] bytes = new byte[40_000];
        new Random(1).NextBytes(bytes);
        for (int length = 0; length < bytes.Length; length += 977)
        {
            for (int start = 0; start < 3; start++)
            {
                ReadOnlySpan<byte> part = bytes.AsSpan(start, Math.Min(length, bytes.Length - start));
                uint plain = Crc32C.Plain(uint.MaxValue, part);
                Assert.Equal(plain, Crc32C.Lanes(uint.MaxValue, part));
                Assert.Equal(~plain, Crc32C.Compute(part));
            }
        }
    }

    [SkippableTheory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(64)]
    public void FoldedCrc32C_AnyState_EqualsOneLane(int blocks)
    {
        Skip.IfNot(FoldedCrc32C.IsSupported, "this processor multiplies no 512 bits without carry");
        byte[] bytes = new byte[1 + (blocks * FoldedCrc32C.BlockBytes)];
        var random = new Random(blocks);
        random.NextBytes(bytes);
        foreach (uint state in new[] { 0u, 1u, uint.MaxValue, (uint)random.Next() })
        {
            Assert.Equal(Crc32C.Plain(state, bytes.AsSpan(1)), FoldedCrc32C.Append(state, bytes.AsSpan(1)));
        }
    }

    [Fact]
    public void Crc32C_InPieces_EqualsTheWhole()
    {
        byte[] bytes = new byte[20_000];
        new Random(2).NextBytes(bytes);
        uint whole = Crc32C.Compute(bytes);
        foreach (int cut in new[] { 0, 1, 7, 6144, 6145, 19_999, 20_000 })
        {
            Assert.Equal(whole, Crc32C.Append(Crc32C.Compute(bytes.AsSpan(0, cut)), bytes.AsSpan(cut)));
        }
    }
}
