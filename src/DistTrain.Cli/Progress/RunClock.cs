using System.Diagnostics;
using DistTrain.Runtime;

namespace DistTrain.Cli;

/// <summary>How far a run is and how long the rest will take.</summary>
internal sealed class RunClock
{
    private long _startedAt;
    private long _stepsAtStart;

    public long StepsTotal { get; private set; }

    public long StepsDone { get; private set; }

    public int Epochs { get; private set; }

    /// <summary>0 to 1.</summary>
    public double Share => StepsTotal == 0 ? 1 : (double)StepsDone / StepsTotal;

    public void Start(TrainingStarted started)
    {
        _startedAt = Stopwatch.GetTimestamp();
        _stepsAtStart = started.StepsDone;
        StepsDone = started.StepsDone;
        StepsTotal = started.StepsTotal;
        Epochs = started.Epochs;
    }

    public void Advance(long stepsDone) => StepsDone = stepsDone;

    /// <returns>As in "1:20 left"; the pace of this run so far, evaluations included.</returns>
    public string DescribeTimeLeft()
    {
        long made = StepsDone - _stepsAtStart;
        if (made <= 0)
        {
            return "? left";
        }

        double secondsPerStep = Stopwatch.GetElapsedTime(_startedAt).TotalSeconds / made;
        return $"{Figures.Duration(secondsPerStep * (StepsTotal - StepsDone))} left";
    }
}
