namespace DistTrain.Data.Tests;

public sealed class SampleOrderTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(1000)]
    public void Fill_Shuffled_IsAPermutation(int length)
    {
        int[] order = new int[length];
        SampleOrder.Fill(order, seed: 7, epoch: 3, shuffle: true);

        Assert.Equal(Enumerable.Range(0, length), order.Order());
    }

    [Fact]
    public void Fill_NotShuffled_IsTheIdentity()
    {
        int[] order = new int[100];
        SampleOrder.Fill(order, seed: 7, epoch: 3, shuffle: false);

        Assert.Equal(Enumerable.Range(0, 100), order);
    }

    [Fact]
    public void Fill_SameSeedAndEpoch_IsTheSame_AndElseAnother()
    {
        int[] first = Shuffled(seed: 1, epoch: 0);

        Assert.Equal(first, Shuffled(seed: 1, epoch: 0));
        Assert.NotEqual(first, Shuffled(seed: 1, epoch: 1));
        Assert.NotEqual(first, Shuffled(seed: 2, epoch: 0));
    }

    /// <summary>The order decides the bits of every run: it must never change. Worked out apart, from the definition.</summary>
    [Fact]
    public void Fill_OfTen_IsTheKnownOrder() =>
        Assert.Equal(KnownOrder, Shuffled(seed: 1, epoch: 0, length: 10));

    [Fact]
    public void Fill_OverManyEpochs_PutsEveryRowEverywhere()
    {
        // 6 rows, 6,000 epochs: 1,000 expected in each cell, standard deviation about 29.
        int[,] counts = new int[6, 6];
        for (int epoch = 0; epoch < 6000; epoch++)
        {
            int[] order = Shuffled(seed: 5, epoch, length: 6);
            for (int position = 0; position < 6; position++)
            {
                counts[position, order[position]]++;
            }
        }

        Assert.All(counts.Cast<int>(), count => Assert.InRange(count, 850, 1150));
    }

    private static readonly int[] KnownOrder = [9, 3, 7, 8, 5, 6, 1, 2, 0, 4];

    private static int[] Shuffled(ulong seed, int epoch, int length = 50)
    {
        int[] order = new int[length];
        SampleOrder.Fill(order, seed, epoch, shuffle: true);
        return order;
    }
}
