namespace DistTrain.Data;

/// <summary>The order in which an epoch walks the training rows: a pure function of seed and epoch, on any node.</summary>
public static class SampleOrder
{
    /// <summary>Fills with a permutation of 0 … order.Length − 1; without shuffling, with the identity.</summary>
    public static void Fill(Span<int> order, ulong seed, int epoch, bool shuffle) => throw new NotSupportedException();
}
