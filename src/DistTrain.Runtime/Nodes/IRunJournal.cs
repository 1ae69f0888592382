using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>Keeps a run's figures, log and checkpoints. Called by the coordinator alone; it must not block.</summary>
public interface IRunJournal
{
    /// <summary>Connections that stand now.</summary>
    void OnConnections(int count);

    void OnNotice(Notice notice);

    void OnMessage(string text);

    /// <summary>A round's sums are complete; of a training round its update is applied and published.</summary>
    /// <param name="metricSums">Shape (MetricSums.Count,), sums over the round's rows; finite for training rounds.</param>
    /// <param name="times">Where the round's time went.</param>
    /// <returns>Whether the run goes on.</returns>
    RoundOutcome OnRound(Round round, ReadOnlySpan<float> metricSums, ModelState model, in StepTimes times);

    StatusReport Report(CoordinatorStatus status, Func<WorkerId, string> addressOf);
}
