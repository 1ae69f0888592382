namespace DistTrain.Runtime;

/// <summary>How much slower work is beside other work than alone.</summary>
internal static class SideBySide
{
    /// <summary>
    /// Alone and together by turns, so that a machine that changes its speed meanwhile changes both; the median of the ratios, so
    /// that a disturbed turn does not count.
    /// </summary>
    /// <param name="alone">Measures once, in seconds; so does the other.</param>
    /// <returns>1 or more.</returns>
    public static double Slowdown(Func<double> alone, Func<double> together, TimeProvider clock)
    {
        var ratios = new List<double>();
        long start = clock.GetTimestamp();
        while (ratios.Count < TurnsMin
            || (ratios.Count < TurnsMax && clock.GetElapsedTime(start).TotalSeconds < SecondsMax))
        {
            double seconds = alone();
            ratios.Add(together() / seconds);
        }

        ratios.Sort();
        return Math.Max(1, ratios[ratios.Count / 2]);
    }

    private const int TurnsMin = 3;

    private const int TurnsMax = 7;

    private const double SecondsMax = 1;
}
