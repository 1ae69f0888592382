namespace DistTrain.Soak;

internal enum SoakEventKind
{
    KillOne,
    KillTwo,
    KillAll,
    Freeze,
    Leave,
    KillCoordinator,
}

/// <summary>At which steps what happens; a pure function of the order.</summary>
internal static class SoakPlan
{
    /// <summary>Nothing happens in the first and last part of the run, so that it begins, and ends with everybody healthy.</summary>
    private const double FirstShare = 0.02;
    private const double LastShare = 0.85;

    private const int KillOfTwoEvery = 8;
    private const int KillOfAllEvery = 20;

    /// <returns>In order of the steps, all different.</returns>
    public static IReadOnlyList<(long Step, SoakEventKind Kind)> Make(SoakOrder order, long steps)
    {
        List<SoakEventKind> kinds = [];
        for (int killed = 0; killed < order.Kills;)
        {
            (SoakEventKind kind, int workers) = kinds.Count % KillOfAllEvery == KillOfAllEvery / 2
                ? (SoakEventKind.KillAll, order.Workers)
                : kinds.Count % KillOfTwoEvery == 0 ? (SoakEventKind.KillTwo, 2) : (SoakEventKind.KillOne, 1);
            kinds.Add(kind);
            killed += workers;
        }

        kinds.AddRange(Enumerable.Repeat(SoakEventKind.Freeze, order.Freezes));
        kinds.AddRange(Enumerable.Repeat(SoakEventKind.Leave, order.Leaves));
        kinds.AddRange(Enumerable.Repeat(SoakEventKind.KillCoordinator, order.CoordinatorKills));
        Random random = new((int)order.Seed);
        random.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(kinds));
        SortedSet<long> places = [];
        while (places.Count < kinds.Count)
        {
            places.Add((long)(steps * (FirstShare + (random.NextDouble() * (LastShare - FirstShare)))));
        }

        return [.. places.Zip(kinds)];
    }
}
