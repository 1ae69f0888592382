namespace DistTrain.Data;

/// <summary>Samples in NumPy's NPY files: an array of features and one of targets, first dimension the rows.</summary>
/// <remarks>Booleans, integers and floats of 16 to 64 bits; C order; format versions 1 to 3. ".gz" is decompressed.</remarks>
public sealed record NpyDataSpec : DataSpec
{
    /// <summary>Shape (rows, …).</summary>
    public required string Features { get; init; }

    /// <summary>Shape (rows) or (rows, width); whole numbers for classes.</summary>
    public required string TargetsFile { get; init; }

    /// <summary>The test part's own files; both or none. Default: none.</summary>
    public string? TestFeatures { get; init; }

    public string? TestTargetsFile { get; init; }
}
