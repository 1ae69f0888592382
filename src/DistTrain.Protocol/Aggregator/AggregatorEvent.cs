namespace DistTrain.Protocol;

/// <summary>What an aggregator's shell tells its machine: what a worker's shell tells, and what a coordinator's does.</summary>
public abstract record AggregatorEvent
{
    private AggregatorEvent()
    {
    }

    /// <summary>From the node above, or about the connection to it.</summary>
    public sealed record FromAbove(WorkerEvent Event) : AggregatorEvent;

    /// <summary>From a worker below, or about the connection to it.</summary>
    public sealed record FromBelow(CoordinatorEvent Event) : AggregatorEvent;

    /// <summary>The deadline named by <see cref="AggregatorProtocol.NextDeadline"/> has come.</summary>
    public sealed record TimePassed : AggregatorEvent;
}
