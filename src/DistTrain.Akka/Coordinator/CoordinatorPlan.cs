using DistTrain.Protocol;
using DistTrain.Runtime;

namespace DistTrain.Akka;

/// <summary>What a coordinator node gives its singleton.</summary>
/// <param name="Resume">Whether the first session goes on from the newest checkpoint.</param>
/// <param name="OpenSession">Loads run file and data and makes the core; takes whether to resume. Called off the actor's thread.</param>
internal sealed record CoordinatorPlan(bool Resume, Func<bool, ICoordinatorSession> OpenSession)
{
    /// <summary>Whether the singleton was ever on this node.</summary>
    public bool IsOpened { get; set; }

    /// <summary>Set once, when this node's part is over.</summary>
    public TaskCompletionSource<TrainingOutcome> Result { get; } =
        new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>How this node's part ended.</summary>
/// <param name="Result">Null: the run went on elsewhere, or the node went down.</param>
internal sealed record TrainingOutcome(TrainingResult? Result, RunEnd End);
