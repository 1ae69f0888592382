namespace DistTrain.Data;

/// <summary>
/// Samples made up instead of read: images of random bytes, classed by a fixed random linear map, so that there is
/// something to learn. For benchmarks, and for trying a cluster before its data is there. Needs
/// <see cref="DataSpec.FeatureShape"/>.
/// </summary>
public sealed record SyntheticDataSpec : DataSpec
{
    /// <summary>Samples, those of the test part included; 1 or more.</summary>
    public required int Rows { get; init; }

    /// <summary>2 or more.</summary>
    public int Classes { get; init; } = 10;

    /// <summary>Keys the samples; another seed, other data.</summary>
    public ulong Seed { get; init; } = 1;
}
