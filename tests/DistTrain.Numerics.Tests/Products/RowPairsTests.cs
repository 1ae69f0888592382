using DistTrain.Numerics.Products;

namespace DistTrain.Numerics.Tests.Products;

/// <summary>Which rows become pairs; masks as literals.</summary>
public class RowPairsTests
{
    [Fact]
    public void Choose_RowsAlike_ArePairsOfTheirUnion()
    {
        (int pairs, ushort[] rows, ushort[] lengths) = Choose(0xFFFF, 0xFFFE, 0xFF, 0x1FF);
        Assert.Equal(2, pairs);
        Assert.Equal([2, 3, 0, 1], rows);
        Assert.Equal<ushort>([9, 16], lengths[..2]);
    }

    [Fact]
    public void Choose_RowsWithNothingInCommon_StayAlone()
    {
        (int pairs, ushort[] rows, ushort[] lengths) = Choose(0xFFFF_0000, 0xFFFF, 0xFFF_0000_0000);
        Assert.Equal(0, pairs);
        Assert.Equal(2, rows[0]);
        Assert.Equal<ushort>([0, 1], rows[1..].Order());
        Assert.Equal([12, 16, 16], lengths);
    }

    [Fact]
    public void Choose_DenserRow_WaitsForOneThatFits()
    {
        (int pairs, ushort[] rows, ushort[] lengths) = Choose(ulong.MaxValue, 0xF, 0xF0, ulong.MaxValue);
        Assert.Equal(1, pairs);
        Assert.Equal([0, 3], rows[..2]);
        Assert.Equal(64, lengths[0]);
        Assert.Equal<ushort>([1, 2], rows[2..].Order());
        Assert.Equal<ushort>([4, 4], lengths[1..3]);
    }

    [Fact]
    public void Choose_EmptyRows_AreSomewhere()
    {
        (int _, ushort[] rows, _) = Choose(0, 0, 0);
        Assert.Equal<ushort>([0, 1, 2], rows.Order());
    }

    [Fact]
    public void Choose_ManyRandomRows_ListsEachOnceWithItsLengthInOrder()
    {
        var random = new Random(20261124);
        ulong[] masks = [.. Enumerable.Range(0, RowPairs.RowsMost).Select(i => Mask(random, i % 5 / 4.0))];
        (int pairs, ushort[] rows, ushort[] lengths) = Choose(masks);
        Assert.Equal(Enumerable.Range(0, masks.Length), rows.Select(row => (int)row).Order());
        Assert.InRange(pairs, masks.Length / 10, masks.Length / 2);
        for (int pair = 0; pair < pairs; pair++)
        {
            AssertCount(masks[rows[2 * pair]] | masks[rows[(2 * pair) + 1]], lengths[pair]);
        }

        for (int i = pairs; i < masks.Length - pairs; i++)
        {
            AssertCount(masks[rows[pairs + i]], lengths[i]);
        }

        Assert.Equal(lengths[..pairs].Order(), lengths[..pairs]);
        Assert.Equal(lengths[pairs..^pairs].Order(), lengths[pairs..^pairs]);
    }

    private static void AssertCount(ulong mask, ushort length) =>
        Assert.Equal(System.Numerics.BitOperations.PopCount(mask), length);

    private static ulong Mask(Random random, double density) =>
        Enumerable.Range(0, 64).Aggregate(0UL, (mask, bit) => random.NextDouble() < density ? mask | (1UL << bit) : mask);

    private static (int Pairs, ushort[] Rows, ushort[] Lengths) Choose(params ulong[] masks)
    {
        ushort[] rows = new ushort[masks.Length], lengths = new ushort[masks.Length];
        return (RowPairs.Choose(masks, rows, lengths), rows, lengths);
    }
}
