using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>What hosts a <see cref="WorkerCore"/>: the local engine's actor, or another engine's.</summary>
public interface IWorkerHost
{
    /// <summary>Puts an answer into the worker's mailbox. Called from any thread.</summary>
    void Post(WorkerInput input);

    /// <summary>Connect again, not before the time has passed; answer Connected or Disconnected.</summary>
    void Reconnect(TimeSpan after, string reason);

    /// <summary>The worker is done.</summary>
    void Finish(RunEnd end);
}
