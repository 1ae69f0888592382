using System.Collections.Immutable;

namespace DistTrain.Data;

/// <summary>
/// A data set read, split, scaled and hashed: all that training needs to know about files. It can be written to one file
/// and opened (memory-mapped) by any number of processes.
/// </summary>
public sealed class PreparedData : IDisposable
{
    private readonly PreparedLayout _layout;
    private readonly byte[] _layoutBytes;
    private readonly MemoryBlock[] _sections;
    private readonly IDisposable? _file;

    /// <param name="sections">The layout's sections; disposed with this object.</param>
    /// <param name="file">Where the sections are mapped from; disposed last.</param>
    internal PreparedData(
        PreparedLayout layout, byte[] layoutBytes, MemoryBlock[] sections, string contentHash, IDisposable? file)
    {
        _layout = layout;
        _layoutBytes = layoutBytes;
        _sections = sections;
        _file = file;
        ContentHash = contentHash;
        Train = Part(layout.TrainRows, sections[0], sections[1]);
        Test = layout.TestRows == 0 ? null : Part(layout.TestRows, sections[2], sections[3]);
        Validation = layout.ValidationRows == 0 ? null : Part(layout.ValidationRows, sections[4], sections[5]);
    }

    public DataSet Train { get; }

    /// <summary>Null where there is no test part.</summary>
    public DataSet? Test { get; }

    /// <summary>Null where no rows are set aside for validation.</summary>
    public DataSet? Validation { get; }

    /// <summary>What is evaluated while training: the validation part, else the test part; null where there is neither.</summary>
    public DataSet? Evaluated => Validation ?? Test;

    /// <summary>Empty for regression; else the label of each class index, as the user had them.</summary>
    public ImmutableArray<string> ClassNames => _layout.Schema.ClassNames;

    /// <summary>Empty where the files name no columns (IDX, NPY).</summary>
    public ImmutableArray<string> FeatureNames => _layout.Schema.FeatureNames;

    /// <summary>Names of the target columns.</summary>
    public ImmutableArray<string> TargetNames => _layout.Schema.TargetNames;

    /// <summary>Computed on the training part; what prediction must do to raw features.</summary>
    public FeatureScaling Scaling => _layout.Schema.Scaling;

    /// <summary>What prediction needs to know.</summary>
    public FeatureSchema Schema => _layout.Schema;

    /// <summary>SHA-256 over everything above, in lower-case hex: equal data, equal hash, on any machine.</summary>
    public string ContentHash { get; }

    /// <summary>Reads and prepares what the run file's data section names.</summary>
    /// <param name="baseFolder">What relative paths are relative to: the run file's folder.</param>
    /// <param name="seed">Of the train/test split.</param>
    /// <exception cref="DataException">What, where (file, line, column) and what to do, in one sentence.</exception>
    public static PreparedData Prepare(DataSpec spec, string baseFolder, ulong seed) =>
        DataPreparation.Prepare(spec, baseFolder, seed);

    /// <summary>
    /// Reads other labelled files for evaluating a trained model: with the model's scaling, fill and classes. All rows of
    /// the training files that <paramref name="spec"/> names become <see cref="Train"/>; test files and split play no part.
    /// CSV columns are matched by name where file and training had a header: their order is free, and others are passed over.
    /// </summary>
    /// <exception cref="DataException">What, where and what to do; also where columns or classes are not the model's.</exception>
    public static PreparedData PrepareLike(FeatureSchema schema, DataSpec spec, string baseFolder) =>
        DataPreparation.PrepareLike(schema, spec, baseFolder);

    /// <summary>Writes the one-file form (atomically: temporary file, then rename).</summary>
    /// <exception cref="IOException">The disk is full, or the folder cannot be written.</exception>
    public void Save(string path) =>
        PreparedDataFile.Write(path, _layoutBytes, Convert.FromHexString(ContentHash), _sections);

    /// <summary>Memory-maps a file written by <see cref="Save"/>; verifies its content hash.</summary>
    /// <exception cref="DataException">Not such a file, cut off, or its hash is not the expected one.</exception>
    public static PreparedData Open(string path, string? expectedHash) => PreparedDataFile.Open(path, expectedHash);

    /// <summary>Frees the memory; the parts can no longer be read.</summary>
    public void Dispose()
    {
        foreach (MemoryBlock section in _sections)
        {
            section.Dispose();
        }

        _file?.Dispose();
    }

    private DataSet Part(int rows, MemoryBlock features, MemoryBlock targets) => _layout.FeaturesAreBytes
        ? new ByteDataSet(_layout.FeatureShape, _layout.TargetWidth, rows, features, targets, _layout.Schema.Scaling)
        : new FloatDataSet(_layout.FeatureShape, _layout.TargetWidth, rows, features, targets);
}
