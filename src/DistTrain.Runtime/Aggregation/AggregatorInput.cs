namespace DistTrain.Runtime;

/// <summary>What reaches an aggregator's shell: what reaches a worker's, and what reaches a coordinator's.</summary>
public abstract record AggregatorInput
{
    private AggregatorInput()
    {
    }

    public sealed record FromAbove(WorkerInput Input) : AggregatorInput;

    public sealed record FromBelow(CoordinatorInput Input) : AggregatorInput;
}
