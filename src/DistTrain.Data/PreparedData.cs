using System.Collections.Immutable;

namespace DistTrain.Data;

/// <summary>
/// A data set read, split, scaled and hashed: all that training needs to know about files. It can be written to one file
/// and opened (memory-mapped) by any number of processes.
/// </summary>
public sealed class PreparedData : IDisposable
{
    public DataSet Train => throw new NotSupportedException();

    /// <summary>Null where there is no test part.</summary>
    public DataSet? Test => throw new NotSupportedException();

    /// <summary>Empty for regression; else the label of each class index, as the user had them.</summary>
    public ImmutableArray<string> ClassNames => throw new NotSupportedException();

    public ImmutableArray<string> FeatureNames => throw new NotSupportedException();

    /// <summary>Names of the target columns.</summary>
    public ImmutableArray<string> TargetNames => throw new NotSupportedException();

    /// <summary>Computed on the training part; what prediction must do to raw features.</summary>
    public FeatureScaling Scaling => throw new NotSupportedException();

    /// <summary>SHA-256 over everything above, in lower-case hex: equal data, equal hash, on any machine.</summary>
    public string ContentHash => throw new NotSupportedException();

    /// <summary>Reads and prepares what the run file's data section names.</summary>
    /// <param name="baseFolder">What relative paths are relative to: the run file's folder.</param>
    /// <param name="seed">Of the train/test split.</param>
    /// <exception cref="DataException">What, where (file, line, column) and what to do, in one sentence.</exception>
    public static PreparedData Prepare(DataSpec spec, string baseFolder, ulong seed) => throw new NotSupportedException();

    /// <summary>Writes the one-file form (atomically: temporary file, then rename).</summary>
    public void Save(string path) => throw new NotSupportedException();

    /// <summary>Memory-maps a file written by <see cref="Save"/>; verifies its content hash.</summary>
    /// <exception cref="DataException">Not such a file, cut off, or its hash is not the expected one.</exception>
    public static PreparedData Open(string path, string? expectedHash) => throw new NotSupportedException();

    public void Dispose()
    {
    }
}

/// <summary>x' = (x − Offset[j]) · Factor[j] for feature column j. Both empty: features are used as they are.</summary>
public sealed record FeatureScaling(ImmutableArray<float> Offset, ImmutableArray<float> Factor);

/// <summary>Data that cannot be used. The message says what is wrong, in which file, line and column, and what to do.</summary>
public sealed class DataException(string message) : Exception(message);
