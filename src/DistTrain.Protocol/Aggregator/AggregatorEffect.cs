namespace DistTrain.Protocol;

/// <summary>What an aggregator's machine wants done. The shell performs the effects of one event in order.</summary>
/// <remarks>Handles are of one table: a sum that came from below is named by the same handle on its way up.</remarks>
public abstract record AggregatorEffect
{
    private AggregatorEffect()
    {
    }

    /// <summary>Send, SendPartial, LoadRun, Reconnect or Finish.</summary>
    public sealed record Above(WorkerEffect Effect) : AggregatorEffect;

    /// <summary>
    /// Send, SendWeights (of those that came from above), Disconnect, Add, Release or Notify.
    /// </summary>
    public sealed record Below(CoordinatorEffect Effect) : AggregatorEffect;
}
