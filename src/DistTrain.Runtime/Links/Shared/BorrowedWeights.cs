using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>The vector of weights that the coordinator writes in its memory and this process reads there. For one reader.</summary>
internal sealed class BorrowedWeights(BucketPlan buckets) : IDisposable
{
    private readonly PeerRegions _regions = new(buckets.ParameterCount, isWritable: false);
    private WeightBuffer? _filling;

    /// <summary>One bucket of it is there.</summary>
    /// <returns>The vector, with a reference for the caller.</returns>
    /// <exception cref="WireFormatException">Not one of the run's buckets, of a version of the past, or there is no such memory.</exception>
    public WeightBuffer Borrow(CoordinatorMessage.Weights header, in SharedPlace place)
    {
        if (header.Bucket < 0 || header.Bucket >= buckets.Count)
        {
            throw new WireFormatException(
                $"bucket {header.Bucket} of the weights was named, expected 0 to {buckets.Count - 1}");
        }

        if (_filling is { } filling && header.Version.Value < filling.Version.Value)
        {
            throw new WireFormatException(
                $"weights of version {header.Version.Value} came after some of version {filling.Version.Value}");
        }

        if (_filling?.Version != header.Version)
        {
            SharedRegion region = _regions.Find(place);
            region.Retain();
            _filling?.Release();
            _filling = new WeightBuffer(static buffer => buffer.Dispose(), region.Floats(place.Slot), region);
            _filling.MarkRented(header.Version);
        }

        _filling.Retain();
        return _filling;
    }

    public void Dispose()
    {
        _filling?.Release();
        _filling = null;
        _regions.Dispose();
    }
}
