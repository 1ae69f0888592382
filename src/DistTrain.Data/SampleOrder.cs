using DistTrain.Numerics;

namespace DistTrain.Data;

/// <summary>The order in which an epoch walks the training rows: a pure function of seed and epoch, on any node.</summary>
public static class SampleOrder
{
    /// <summary>Fills with a permutation of 0 … order.Length − 1; without shuffling, with the identity.</summary>
    /// <param name="epoch">From 0.</param>
    public static void Fill(Span<int> order, ulong seed, int epoch, bool shuffle)
    {
        if (shuffle)
        {
            FillPermutation(order, new PhiloxKey(seed, RandomPurpose.Shuffle, epoch));
        }
        else
        {
            FillIdentity(order);
        }
    }

    /// <summary>Fisher and Yates' shuffle in Durstenfeld's form (Knuth, TAOCP 2, 3.4.2, algorithm P): all permutations alike.</summary>
    internal static void FillPermutation(Span<int> order, PhiloxKey key)
    {
        FillIdentity(order);
        RandomStream stream = key.Row();
        for (int last = order.Length - 1; last > 0; last--)
        {
            int other = stream.NextBelow(last + 1);
            (order[last], order[other]) = (order[other], order[last]);
        }
    }

    internal static void FillIdentity(Span<int> order)
    {
        for (int index = 0; index < order.Length; index++)
        {
            order[index] = index;
        }
    }
}
