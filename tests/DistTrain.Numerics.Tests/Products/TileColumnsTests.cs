using DistTrain.Numerics.Products;

namespace DistTrain.Numerics.Tests.Products;

/// <summary>How columns are cut into sparse tiles.</summary>
public class TileColumnsTests
{
    [Theory]
    [InlineData(127, 0)]
    [InlineData(128, 128)]
    [InlineData(143, 128)]
    [InlineData(144, 144)]
    [InlineData(200, 192)]
    [InlineData(784, 784)]
    public void Covered_EdgesOfVectors_AllButAPartOfAVector(int columns, int covered) =>
        Assert.Equal(covered, TileColumns.Covered(columns));

    [Theory]
    [InlineData(32 << 10, 96)]
    [InlineData(48 << 10, 144)]
    [InlineData(64 << 10, 144)]
    [InlineData(16 << 10, 96)]
    public void WidestFor_SizeOfCache_ThreeQuartersOfItWithinSixToNineVectors(int cache, int widest) =>
        Assert.Equal(widest, TileColumns.WidestFor(cache));

    [Theory]
    [InlineData(784, 144, new[] { 128, 128, 128, 128, 128, 144 })]
    [InlineData(512, 144, new[] { 128, 128, 128, 128 })]
    [InlineData(512, 96, new[] { 80, 80, 80, 80, 96, 96 })]
    [InlineData(208, 96, new[] { 64, 64, 80 })]
    public void Next_OneTileAfterTheOther_EvenWidthsUpToTheWidest(int columns, int widest, int[] expected)
    {
        var widths = new List<int>();
        for (int left = columns; left > 0; left -= widths[^1])
        {
            widths.Add(TileColumns.Next(left, widest));
        }

        Assert.Equal(expected, widths);
    }

    [Fact]
    public void Next_AllNumbersOfVectors_FourToWidest()
    {
        for (int columns = TileColumns.Least; columns <= 4096; columns += 16)
        {
            for (int widest = 96; widest <= TileColumns.Most; widest += 16)
            {
                for (int left = columns; left > 0; left -= TileColumns.Next(left, widest))
                {
                    Assert.InRange(TileColumns.Next(left, widest), 64, widest);
                }
            }
        }
    }
}
