using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>Where a worker's incoming weights go: one vector for each version, filled bucket by bucket. For one reader.</summary>
internal sealed class WeightPlaces(BucketPlan buckets) : IDisposable
{
    private readonly WeightBufferPool _pool = new(buckets.ParameterCount);
    private WeightBuffer? _filling;

    /// <exception cref="WireFormatException">Not one of the run's buckets, or of a version of the past.</exception>
    public Memory<byte> PlaceFor(CoordinatorMessage.Weights header, int payloadBytes)
    {
        CheckOrder(header);
        bool isKnown = header.Bucket >= 0 && header.Bucket < buckets.Count;
        int expected = isKnown ? buckets.WeightLength(header.Bucket) * sizeof(float) : -1;
        if (payloadBytes != expected)
        {
            throw new WireFormatException(
                $"bucket {header.Bucket} of the weights has {payloadBytes:N0} bytes, expected {expected:N0}");
        }

        if (_filling?.Version != header.Version)
        {
            _filling?.Release();
            _filling = _pool.Rent(header.Version);
        }

        return _filling.Bytes.Slice(buckets.WeightStart(header.Bucket) * sizeof(float), payloadBytes);
    }

    /// <returns>The vector that the bucket lies in, with a reference for the caller.</returns>
    public WeightBuffer? Take(CoordinatorMessage.Weights header)
    {
        if (_filling?.Version != header.Version)
        {
            return null;
        }

        _filling.Retain();
        return _filling;
    }

    public void Dispose()
    {
        _filling?.Release();
        _filling = null;
        _pool.Dispose();
    }

    /// <summary>A version that began again would come into another vector than the one that is computed with.</summary>
    private void CheckOrder(CoordinatorMessage.Weights header)
    {
        if (_filling is { } filling && header.Version.Value < filling.Version.Value)
        {
            throw new WireFormatException(
                $"weights of version {header.Version.Value} came after some of version {filling.Version.Value}");
        }
    }
}
