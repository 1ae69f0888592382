using Akka.Actor;
using DistTrain.Runtime;

namespace DistTrain.Akka;

/// <summary>What a worker's node and links tell its actor. Never serialised.</summary>
internal abstract record WorkerCommand : INoSerializationVerificationNeeded
{
    private WorkerCommand()
    {
    }

    /// <summary>An input of the core, from any thread.</summary>
    /// <param name="IsCounted">Takes a place of the actor's <see cref="ActorMailbox{TInput}"/>.</param>
    public sealed record Handle(WorkerInput Input, bool IsCounted = false) : WorkerCommand;

    /// <summary>Time to ask for the coordinator.</summary>
    public sealed record Connect(int Attempt) : WorkerCommand;

    /// <summary>Nobody answered in time.</summary>
    public sealed record GiveUp(int Attempt) : WorkerCommand;

    public sealed record Dialled(int Attempt, ICoordinatorPort Tensors) : WorkerCommand;

    /// <param name="IsFinal">Coming back cannot help; the reason says why.</param>
    public sealed record NotDialled(int Attempt, string Reason, bool IsFinal = false) : WorkerCommand;

    /// <summary>The pause after a failure is over.</summary>
    public sealed record Restart : WorkerCommand
    {
        public static Restart Instance { get; } = new();
    }

    public sealed record Deadline : WorkerCommand
    {
        public static Deadline Instance { get; } = new();
    }
}
