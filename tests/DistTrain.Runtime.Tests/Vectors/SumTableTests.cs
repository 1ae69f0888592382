using DistTrain.Protocol;

namespace DistTrain.Runtime.Tests.Vectors;

public sealed class SumTableTests
{
    [Fact]
    public void Handles_Released_AreForgottenAndTheirBuffersReturned()
    {
        using var pool = new SumBufferPool(4);
        var table = new SumTable();
        SumHandle first = table.Add(new SumView(pool.Rent(), 0, 4));
        SumHandle second = table.Add(new SumView(pool.Rent(), 0, 4));
        table.Release(first);

        Assert.Throws<InvalidOperationException>(() => table[first]);
        Assert.Equal(4, table[second].Length);
        table.ReleaseAll();
        Assert.Equal((0, 0), (table.Count, pool.Rented));
    }
}
