using DistTrain.Protocol;
using DistTrain.Runtime;

namespace DistTrain.Akka;

/// <summary>What a coordinator node gives its singleton. For one life of the node.</summary>
/// <param name="Resume">Whether the first session goes on from the newest checkpoint.</param>
/// <param name="OpenSession">
/// Loads run file and data and makes the core; takes whether to resume. Called off the actor's thread; when it is cancelled
/// it throws <see cref="OperationCanceledException"/>.
/// </param>
internal sealed record CoordinatorPlan(bool Resume, Func<bool, CancellationToken, ICoordinatorSession> OpenSession)
{
    /// <summary>Whether the singleton was ever on this node.</summary>
    public bool IsOpened { get; set; }

    /// <summary>
    /// Set once, when the singleton's work on this node is over and its session closed. Cancelled: it was asked to end before
    /// its session was open, or before its turn came.
    /// </summary>
    public TaskCompletionSource<TrainingOutcome> Result { get; } =
        new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>How the singleton's time on this node ended.</summary>
/// <param name="Result">What was written; null: the node went down before that.</param>
/// <param name="IsRunOver">False: the run goes on, on another node or in another life of this one.</param>
internal sealed record TrainingOutcome(TrainingResult? Result, RunEnd End, bool IsRunOver);
