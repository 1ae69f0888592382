namespace DistTrain.Numerics.Tests;

public sealed class ShapeTests
{
    [Fact]
    public void Shape_Dimensions_GiveSizeRankAndText()
    {
        var shape = new Shape(1, 28, 28);
        Assert.Equal(784, shape.Size);
        Assert.Equal(3, shape.Rank);
        Assert.Equal(28, shape[2]);
        Assert.Equal("(1, 28, 28)", shape.ToString());
    }

    [Fact]
    public void Shape_SameDimensions_AreEqual()
    {
        Assert.Equal(new Shape(2, 3), new Shape(2, 3));
        Assert.Equal(new Shape(2, 3).GetHashCode(), new Shape(2, 3).GetHashCode());
        Assert.NotEqual(new Shape(2, 3), new Shape(3, 2));
        Assert.NotEqual(new Shape(6), new Shape(2, 3));
    }

    [Fact]
    public void Shape_ZeroOrTooManyElements_NamesTheDimensions()
    {
        Assert.Contains("(3, 0)", Assert.Throws<ArgumentException>(() => new Shape(3, 0)).Message, StringComparison.Ordinal);
        Assert.Contains(
            "(65536, 32768)", Assert.Throws<ArgumentException>(() => new Shape(65536, 32768)).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new Shape());
    }
}
