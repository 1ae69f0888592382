namespace DistTrain.Data;

/// <summary>Samples in IDX files, the format of MNIST: one file of images and one of labels for each part.</summary>
/// <remarks>
/// A name that ends in ".gz" is decompressed. Where a named file is missing and the same name with ".gz" exists, that
/// one is read.
/// </remarks>
public sealed record IdxDataSpec : DataSpec
{
    /// <summary>The folder that the four names are relative to. Default: the run file's.</summary>
    public string Folder { get; init; } = "";

    public string TrainImages { get; init; } = "train-images-idx3-ubyte";

    public string TrainLabels { get; init; } = "train-labels-idx1-ubyte";

    /// <summary>Null together with <see cref="TestLabels"/>: no test files.</summary>
    public string? TestImages { get; init; } = "t10k-images-idx3-ubyte";

    public string? TestLabels { get; init; } = "t10k-labels-idx1-ubyte";
}
