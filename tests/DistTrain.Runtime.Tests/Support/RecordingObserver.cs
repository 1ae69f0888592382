using System.Collections.Concurrent;
using DistTrain.Protocol;

namespace DistTrain.Runtime.Tests;

/// <summary>Keeps what it is told, and acts at steps where a test asks for it.</summary>
internal sealed class RecordingObserver : TrainingObserver
{
    private readonly ConcurrentDictionary<long, Action> _atStep = new();

    public ConcurrentQueue<StepFigures> Steps { get; } = new();

    public ConcurrentQueue<EpochFigures> Epochs { get; } = new();

    public ConcurrentQueue<Notice> Notices { get; } = new();

    public ConcurrentQueue<string> Messages { get; } = new();

    /// <summary>Called with each message.</summary>
    public Action<string>? Heard { get; set; }

    public RecordingObserver At(long step, Action action)
    {
        _atStep[step] = action;
        return this;
    }

    public override void OnStep(in StepFigures step)
    {
        Steps.Enqueue(step);
        if (_atStep.TryGetValue(step.Step, out Action? action))
        {
            action();
        }
    }

    public override void OnEpoch(EpochFigures epoch) => Epochs.Enqueue(epoch);

    public override void OnNotice(Notice notice) => Notices.Enqueue(notice);

    public override void OnMessage(string text)
    {
        Messages.Enqueue(text);
        Heard?.Invoke(text);
    }
}
