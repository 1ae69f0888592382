using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>What reaches the coordinator's shell: events for its machine, with the floats that the machine never sees.</summary>
public abstract record CoordinatorInput
{
    private CoordinatorInput()
    {
    }

    public sealed record Started : CoordinatorInput;

    /// <summary>A connection passed admission. Its messages come after this.</summary>
    public sealed record Connected(WorkerId Worker, IWorkerPort Port) : CoordinatorInput;

    public sealed record Arrived(WorkerId Worker, WorkerMessage Message) : CoordinatorInput;

    /// <summary>One bucket of a node's sums; the view's reference comes along.</summary>
    public sealed record PartialArrived(WorkerId Worker, WorkerMessage.PartialSum Header, SumView Sums) : CoordinatorInput;

    /// <summary>A worker sent what cannot be right.</summary>
    public sealed record Violated(WorkerId Worker, string What) : CoordinatorInput;

    public sealed record Disconnected(WorkerId Worker, string Reason) : CoordinatorInput;

    public sealed record StopRequested(string Reason) : CoordinatorInput;

    /// <summary>Something for people that happened outside the machine.</summary>
    /// <param name="IsLasting">Worth telling also when the run ends before it is handled.</param>
    public sealed record Say(string Text, bool IsLasting = false) : CoordinatorInput;

    public sealed record AskStatus(TaskCompletionSource<StatusReport> Answer) : CoordinatorInput;
}
