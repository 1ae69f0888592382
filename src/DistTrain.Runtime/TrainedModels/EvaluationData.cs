using DistTrain.Data;

namespace DistTrain.Runtime;

/// <summary>Finds the labelled rows to evaluate a model on.</summary>
public static class EvaluationData
{
    public const string TestPart = "the test part";

    public const string ValidationPart = "the validation part";

    public const string TrainPart = "the training part";

    /// <summary>The run's own data, split as for the training.</summary>
    /// <exception cref="DataException">The files that the run file names cannot be used.</exception>
    public static PreparedData OpenOfRun(TrainedModel model) =>
        PreparedData.Prepare(model.Run.Data, model.Run.BaseFolder, model.Run.Training.Seed);

    /// <summary>Other files of the same kind; all rows are in the training part of the result.</summary>
    /// <param name="path">A CSV file; a folder of IDX files, of which the test files count; or a file of features.</param>
    /// <param name="labels">Where labels have a file of their own.</param>
    /// <exception cref="DataException">The files cannot be used.</exception>
    /// <exception cref="TrainedModelException">The labels' file is missing, or not wanted.</exception>
    public static PreparedData Open(TrainedModel model, string path, string? labels)
    {
        DataSpec spec = model.Run.Data switch
        {
            CsvDataSpec csv => labels is null
                ? csv with { File = Path.GetFullPath(path), TestFile = null }
                : throw new TrainedModelException("the labels stand in the CSV file itself; leave out --labels"),
            IdxDataSpec idx => OpenIdx(idx, path, labels),
            NpyDataSpec npy => npy with
            {
                Features = Path.GetFullPath(path),
                TargetsFile = Path.GetFullPath(labels ?? throw MissingLabels(path)),
                TestFeatures = null,
                TestTargetsFile = null,
            },
            SyntheticDataSpec => throw new TrainedModelException(
                "the model was trained on synthetic data, of which there are no files; leave out --data"),
            DataSpec other => throw new InvalidOperationException($"no evaluation data for {other.GetType().Name}"),
        };
        return PreparedData.PrepareLike(model.Features, spec, model.Run.BaseFolder);
    }

    private static IdxDataSpec OpenIdx(IdxDataSpec idx, string path, string? labels)
    {
        if (Directory.Exists(path))
        {
            return idx with
            {
                Folder = Path.GetFullPath(path),
                TrainImages = idx.TestImages ?? idx.TrainImages,
                TrainLabels = idx.TestLabels ?? idx.TrainLabels,
                TestImages = null,
                TestLabels = null,
            };
        }

        return idx with
        {
            TrainImages = Path.GetFullPath(path),
            TrainLabels = Path.GetFullPath(labels ?? throw MissingLabels(path)),
            TestImages = null,
            TestLabels = null,
        };
    }

    private static TrainedModelException MissingLabels(string path) =>
        new($"the labels of {path} are missing; give their file with --labels");
}
