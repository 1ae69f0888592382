using System.Globalization;

namespace DistTrain.Soak;

/// <summary>What a soak measured; times in seconds.</summary>
internal sealed class SoakFigures
{
    /// <summary>From SIGKILL of one or two workers to the next applied update; others live on.</summary>
    public List<double> CrashRecovery { get; } = [];

    /// <summary>The same, to the first update after the coordinator knew; never shorter.</summary>
    public List<double> CrashRecoveryAfterNotice { get; } = [];

    /// <summary>From SIGKILL of all workers to the next update, which needs a new process to start.</summary>
    public List<double> AllGoneRecovery { get; } = [];

    /// <summary>From SIGSTOP to the next update.</summary>
    public List<double> FrozenRecovery { get; } = [];

    /// <summary>From SIGKILL to the coordinator's word.</summary>
    public List<double> CrashNotice { get; } = [];

    /// <summary>From SIGSTOP to the coordinator's word.</summary>
    public List<double> FrozenNotice { get; } = [];

    /// <summary>From the coordinator's SIGKILL to the next update, a new coordinator's start included.</summary>
    public List<double> CoordinatorRecovery { get; } = [];

    public int Kills { get; set; }

    public int Joins { get; set; }

    public int Leaves { get; set; }

    public long Steps { get; set; }

    /// <summary>Steps that were skipped or applied twice.</summary>
    public int StepsOutOfOrder { get; private set; }

    public string WeightsSha256 { get; set; } = "";

    /// <param name="mayRepeat">A coordinator that was killed repeats the steps after its newest checkpoint.</param>
    public void CountSteps(IReadOnlyList<ClusterLog.Step> steps, bool mayRepeat)
    {
        long last = 0;
        foreach (ClusterLog.Step step in steps)
        {
            bool isNext = step.Number == last + 1 || (mayRepeat && step.Number <= last);
            StepsOutOfOrder += isNext ? 0 : 1;
            last = step.Number;
        }

        StepsOutOfOrder += last == Steps ? 0 : 1;
    }

    public string Text(TimeSpan elapsed) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        {Kills} workers killed, {Joins} joined, {Leaves} left, {FrozenNotice.Count} frozen, {CoordinatorRecovery.Count} coordinators killed; {Steps} steps in {elapsed.TotalSeconds:0} s, {StepsOutOfOrder} lost or repeated
        crash to next update                {Describe(CrashRecovery)}
        crash to next update after notice   {Describe(CrashRecoveryAfterNotice)}
        all workers' crash to next update   {Describe(AllGoneRecovery)}
        crash to notice                     {Describe(CrashNotice)}
        freeze to next update               {Describe(FrozenRecovery)}
        freeze to notice                    {Describe(FrozenNotice)}
        coordinator's crash to next update  {Describe(CoordinatorRecovery)}
        weightsSha256                       {WeightsSha256}
        """);

    /// <summary>The nearest-rank percentile; 0 of nothing.</summary>
    public static double Percentile(IReadOnlyList<double> values, double share)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0 ? 0 : sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)];
    }

    private static string Describe(List<double> seconds) => seconds.Count == 0
        ? "-"
        : string.Create(
            CultureInfo.InvariantCulture,
            $"median {Percentile(seconds, 0.5):0.000} s, 95th percentile {Percentile(seconds, 0.95):0.000} s, most {seconds.Max():0.000} s, of {seconds.Count}");
}
