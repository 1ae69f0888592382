namespace DistTrain.Protocol;

/// <summary>The worker's state machine.</summary>
public sealed class WorkerProtocol
{
    public WorkerProtocol(string name, int threads, ProtocolTimes times)
    {
        Name = name;
        Threads = threads;
        Times = times;
    }

    public string Name { get; }

    public int Threads { get; }

    public ProtocolTimes Times { get; }

    /// <summary>When the machine wants <see cref="WorkerEvent.TimePassed"/> at the latest; null: not at all.</summary>
    public Instant? NextDeadline => throw new NotSupportedException();

    public StepResult<WorkerEffect> Handle(Instant now, WorkerEvent input) => throw new NotSupportedException();
}
