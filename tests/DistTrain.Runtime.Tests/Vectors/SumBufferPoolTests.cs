namespace DistTrain.Runtime.Tests.Vectors;

public sealed class SumBufferPoolTests
{
    [Fact]
    public void Buffers_ReleasedByTheLastHolder_ComeAgain()
    {
        using var pool = new SumBufferPool(8);
        SumBuffer first = pool.Rent();
        first.Retain();
        first.Release();
        Assert.Equal(1, pool.Rented);
        first.Release();
        Assert.Equal(0, pool.Rented);
        Assert.Same(first, pool.Rent());
        first.Release();
    }

    [Fact]
    public void Buffers_ReleasedTooOften_AreADefect()
    {
        using var pool = new SumBufferPool(8);
        SumBuffer buffer = pool.Rent();
        buffer.Release();
        Assert.Throws<InvalidOperationException>(buffer.Release);
    }

    [Fact]
    public void Rent_BeyondTheBound_IsRefused()
    {
        using var pool = new SumBufferPool(8, buffersMax: 1);
        SumBuffer buffer = pool.Rent();
        Assert.Throws<InvalidOperationException>(() => pool.Rent());
        buffer.Release();
    }
}
