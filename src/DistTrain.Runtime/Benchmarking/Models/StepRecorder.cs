using System.Diagnostics;

namespace DistTrain.Runtime.Benchmarking;

/// <summary>Keeps the figures of the timed steps and asks for the run's end when it has them all.</summary>
/// <remarks>Allocates nothing while it records: the process' allocations are measured meanwhile.</remarks>
internal sealed class StepRecorder : TrainingObserver
{
    private readonly Action _enough;
    private readonly int _warmUpSteps;
    private readonly double _warmUpSeconds;
    private readonly StepFigures[] _steps;
    private long _startedAt;
    private long _seen;
    private int _recorded;
    private long _allocatedBefore;

    /// <param name="enough">Called once, on the coordinator's thread.</param>
    public StepRecorder(int warmUpSteps, double warmUpSeconds, int steps, Action enough)
    {
        _warmUpSteps = warmUpSteps;
        _warmUpSeconds = warmUpSeconds;
        _steps = new StepFigures[steps];
        _enough = enough;
    }

    public bool IsComplete => _recorded == _steps.Length;

    public ReadOnlySpan<StepFigures> Steps => _steps.AsSpan(0, _recorded);

    /// <summary>Managed bytes of the whole process from the first timed step to the last.</summary>
    public long AllocatedBytes { get; private set; }

    /// <summary>Peak memory while the last step was made, before anything ends.</summary>
    public System.Collections.Immutable.ImmutableArray<long> PeakBytes { get; private set; } = [];

    public override void OnStep(in StepFigures step)
    {
        _startedAt = _seen++ == 0 ? Stopwatch.GetTimestamp() : _startedAt;
        if (IsComplete || _seen <= _warmUpSteps || Stopwatch.GetElapsedTime(_startedAt).TotalSeconds < _warmUpSeconds)
        {
            _allocatedBefore = IsComplete ? 0 : GC.GetTotalAllocatedBytes(precise: false);
            return;
        }

        _steps[_recorded++] = step;
        if (IsComplete)
        {
            AllocatedBytes = GC.GetTotalAllocatedBytes(precise: false) - _allocatedBefore;
            PeakBytes = PeakMemory.OfThisAndItsChildren();
            _enough();
        }
    }
}
