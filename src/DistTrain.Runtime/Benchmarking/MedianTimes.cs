namespace DistTrain.Runtime.Benchmarking;

/// <summary>The parts of many steps' time, each part's median by itself; so they need not add up to the median step.</summary>
internal static class MedianTimes
{
    public static StepTimes Of(IReadOnlyCollection<StepFigures> steps) => new()
    {
        Gather = Median(steps, static step => step.Times.Gather),
        Forward = Median(steps, static step => step.Times.Forward),
        Backward = Median(steps, static step => step.Times.Backward),
        WorkerReduce = Median(steps, static step => step.Times.WorkerReduce),
        Send = Median(steps, static step => step.Times.Send),
        Wait = Median(steps, static step => step.Times.Wait),
        Reduce = Median(steps, static step => step.Times.Reduce),
        Update = Median(steps, static step => step.Times.Update),
        Broadcast = Median(steps, static step => step.Times.Broadcast),
        Hidden = Median(steps, static step => step.Times.Hidden),
    };

    private static long Median(IReadOnlyCollection<StepFigures> steps, Func<StepFigures, long> part) =>
        (long)Spread.Of(steps.Select(step => (double)part(step))).Median;
}
