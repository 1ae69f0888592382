using Akka.Actor;
using DistTrain.Protocol;
using DistTrain.Runtime;

namespace DistTrain.Akka;

/// <summary>What the coordinator's actors tell each other on one node. Never serialised.</summary>
internal abstract record CoordinatorCommand : INoSerializationVerificationNeeded
{
    private CoordinatorCommand()
    {
    }

    /// <summary>An input of the core: from a tensor link, the session or a status request. From any thread.</summary>
    /// <param name="IsCounted">Takes a place of the actor's <see cref="ActorMailbox{TInput}"/>.</param>
    public sealed record Handle(CoordinatorInput Input, bool IsCounted = false) : CoordinatorCommand;

    /// <summary>A node left the cluster or was taken out of it: its workers are gone.</summary>
    public sealed record NodeGone(Address Node, string Reason) : CoordinatorCommand;

    /// <summary>Child to supervisor: the run is over.</summary>
    public sealed record RunEnded(RunEnd End) : CoordinatorCommand;

    /// <summary>The singleton moves to another node: keep what was computed in a checkpoint, then stop.</summary>
    public sealed record HandOver : CoordinatorCommand;

    /// <summary>The session's answer, piped to the supervisor.</summary>
    public sealed record SessionOpened(ICoordinatorSession Session) : CoordinatorCommand;

    public sealed record SessionFailed(Exception Failure) : CoordinatorCommand;

    /// <summary>What the run left behind is written.</summary>
    public sealed record SessionFinished(TrainingResult? Result, Exception? Failure) : CoordinatorCommand;

    /// <summary>The core's deadline has come.</summary>
    public sealed record Deadline : CoordinatorCommand
    {
        public static Deadline Instance { get; } = new();
    }
}
