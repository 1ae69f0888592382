namespace DistTrain.Protocol;

/// <summary>One admission of a worker to one coordinator. A worker that comes back gets a new one.</summary>
public readonly record struct WorkerId(int Value)
{
    public override string ToString() => $"worker {Value}";
}

/// <summary>One life of a coordinator. Messages of another term are of the past and change nothing.</summary>
public readonly record struct Term(long Value);

/// <summary>The number of a round within a term: strictly increasing, train and evaluation rounds alike.</summary>
public readonly record struct RoundNumber(long Value);

/// <summary>The number of updates applied to the weights since initialisation.</summary>
public readonly record struct WeightVersion(long Value);

/// <summary>
/// Names a sum vector that the shell holds (a received partial sum, or a result of additions). The protocol never sees
/// floats; it only says which handles to add, to apply and to release.
/// </summary>
public readonly record struct SumHandle(int Value);

/// <summary>Shards [First, First + Count) of a round.</summary>
public readonly record struct ShardRange(int First, int Count)
{
    public int End => First + Count;

    public override string ToString() => Count == 1 ? $"shard {First}" : $"shards {First}–{End - 1}";
}

/// <summary>A moment in microseconds on a clock that only goes forward. Its zero has no meaning.</summary>
public readonly record struct Instant(long Microseconds) : IComparable<Instant>
{
    public int CompareTo(Instant other) => Microseconds.CompareTo(other.Microseconds);

    public static Instant operator +(Instant instant, TimeSpan span) => new(instant.Microseconds + (span.Ticks / 10));

    public static TimeSpan operator -(Instant left, Instant right) =>
        TimeSpan.FromTicks((left.Microseconds - right.Microseconds) * 10);

    public static bool operator <(Instant left, Instant right) => left.Microseconds < right.Microseconds;

    public static bool operator >(Instant left, Instant right) => left.Microseconds > right.Microseconds;

    public static bool operator <=(Instant left, Instant right) => left.Microseconds <= right.Microseconds;

    public static bool operator >=(Instant left, Instant right) => left.Microseconds >= right.Microseconds;
}
