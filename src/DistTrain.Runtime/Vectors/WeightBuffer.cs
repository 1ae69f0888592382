using DistTrain.Numerics;
using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>
/// The flat parameter vector of one version. Written by its maker bucket by bucket, read by all who hold a reference once
/// they were told of the bucket; never written again until the last reference is gone.
/// </summary>
public sealed class WeightBuffer : CountedVector
{
    private readonly Action<WeightBuffer> _free;
    private readonly SharedRegion? _region;

    /// <param name="free">Takes the buffer back when the last reference is gone.</param>
    /// <param name="floats">Owned.</param>
    /// <param name="region">Owned; the shared memory that they lie in. Null: this process's own.</param>
    internal WeightBuffer(Action<WeightBuffer> free, AlignedBuffer floats, SharedRegion? region = null)
        : base(floats)
    {
        _free = free;
        _region = region;
    }

    /// <summary>Where other processes of this machine find it; null: nowhere.</summary>
    internal SharedPlace? Place => _region?.PlaceOf(0);

    public WeightVersion Version { get; private set; }

    public override string ToString() => $"the weight vector of version {Version.Value}";

    internal void MarkRented(WeightVersion version)
    {
        Version = version;
        MarkRented();
    }

    private protected override void GiveBack() => _free(this);

    private protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _region?.Release();
    }
}
