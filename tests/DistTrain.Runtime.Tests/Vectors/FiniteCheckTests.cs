namespace DistTrain.Runtime.Tests.Vectors;

public sealed class FiniteCheckTests
{
    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void IndexOfNonFinite_AtAnyPlaceOfAnyLength_IsTheFirst(float bad)
    {
        for (int length = 1; length < 300; length++)
        {
            float[] values = [.. Enumerable.Repeat(float.MaxValue, length)];
            Assert.Equal(-1, FiniteCheck.IndexOfNonFinite(values));
            int place = length * 7 % length;
            values[length - 1] = bad;
            values[place] = bad;
            Assert.Equal(Math.Min(place, length - 1), FiniteCheck.IndexOfNonFinite(values));
        }
    }
}
