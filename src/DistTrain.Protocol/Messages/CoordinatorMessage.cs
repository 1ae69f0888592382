using System.Collections.Immutable;

namespace DistTrain.Protocol;

/// <summary>What the coordinator says to a worker. Weights travel over the tensor link behind a <see cref="Weights"/>.</summary>
public abstract record CoordinatorMessage
{
    private CoordinatorMessage()
    {
    }

    /// <summary>Answer to an accepted Hello: who you are, what is to be trained, on which data.</summary>
    /// <param name="RunJson">The resolved run file; the worker computes nothing that is not in it.</param>
    /// <param name="RunHash">SHA-256 of <paramref name="RunJson"/> in UTF-8, in hex.</param>
    /// <param name="DataHash">Content hash of the prepared data, in hex.</param>
    /// <param name="DataFile">Path of the prepared data on the coordinator's machine: a worker that can open it, and finds the hash in it, need not ask for the bytes.</param>
    public sealed record Welcome(
        WorkerId Worker, Term Term, string RunJson, string RunHash, string DataHash, string DataFile)
        : CoordinatorMessage;

    /// <summary>Hello or Ready were refused; the connection ends. The reason says what to do.</summary>
    /// <param name="Final">True: coming back cannot help.</param>
    public sealed record Refused(string Reason, bool Final) : CoordinatorMessage;

    /// <summary>The header of one bucket of weights.</summary>
    public sealed record Weights(Term Term, WeightVersion Version, int Bucket) : CoordinatorMessage;

    /// <summary>
    /// Compute these shards and return the sums of the maximal tree nodes inside each range. Replaces nothing: ranges of
    /// several assignments of one round add up.
    /// </summary>
    public sealed record Assign(Term Term, Round Round, ImmutableArray<ShardRange> Ranges) : CoordinatorMessage;

    /// <summary>The round is closed: what is left of it need not be computed.</summary>
    public sealed record Cancel(Term Term, RoundNumber Round) : CoordinatorMessage;

    /// <summary>Answer to a worker's heartbeat, so that a worker notices a coordinator that is gone without a word.</summary>
    public sealed record Heartbeat(Term Term, RoundNumber Round) : CoordinatorMessage;

    /// <summary>The run is over; end.</summary>
    /// <param name="Failed">Whether it ended in failure.</param>
    public sealed record Stop(Term Term, string Reason, bool Failed) : CoordinatorMessage;
}
