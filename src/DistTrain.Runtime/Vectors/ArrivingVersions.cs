using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>The versions of weights that a worker reads or waits for: the newest two. For one actor; not for several threads.</summary>
internal sealed class ArrivingVersions
{
    private readonly List<ArrivingWeights> _versions = [];

    /// <summary>This version, expected from now on if it was not before. Without a reference for the caller.</summary>
    public ArrivingWeights Of(WeightVersion version, BucketPlan buckets)
    {
        foreach (ArrivingWeights known in _versions)
        {
            if (known.Version == version)
            {
                return known;
            }
        }

        var expected = new ArrivingWeights(buckets, version);
        _versions.Add(expected);
        if (_versions.Count > VersionsKept)
        {
            _versions[0].Release();
            _versions.RemoveAt(0);
        }

        return expected;
    }

    public void ReleaseAll()
    {
        foreach (ArrivingWeights version in _versions)
        {
            version.Release();
        }

        _versions.Clear();
    }

    private const int VersionsKept = 2;
}
