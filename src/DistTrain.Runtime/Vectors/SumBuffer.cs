using DistTrain.Numerics;

namespace DistTrain.Runtime;

/// <summary>
/// A sum vector, shape (SumLength,) of a training round or (MetricSums.Count,) of an evaluation. Whoever holds a reference
/// may read it, whoever holds the only one may write it.
/// </summary>
public sealed class SumBuffer : CountedVector
{
    private readonly Action<SumBuffer> _free;

    /// <param name="free">Takes the buffer back when the last reference is gone.</param>
    /// <param name="slot">Of memory that is shared with another process.</param>
    /// <param name="home">The connection's shared memory that it lies in; null: this process's own.</param>
    internal SumBuffer(Action<SumBuffer> free, AlignedBuffer floats, int slot = -1, SharedSums? home = null)
        : base(floats)
    {
        _free = free;
        Slot = slot;
        Home = home;
    }

    internal int Slot { get; }

    internal SharedSums? Home { get; }

    public override string ToString() => $"a sum vector of {Length:N0} floats";

    private protected override void GiveBack() => _free(this);
}
