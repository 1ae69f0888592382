using DistTrain.Data;
using DistTrain.Models;
using DistTrain.Numerics;
using DistTrain.Runtime.RunFiles;

namespace DistTrain.Runtime;

/// <summary>A run file, checked: everything that decides what is trained, and how. Immutable.</summary>
public sealed class RunFile
{
    private readonly JsonMap _tree;

    private RunFile(JsonMap tree, string name, string baseFolder)
    {
        _tree = tree;
        Name = name;
        BaseFolder = baseFolder;
        Training = TrainingSection.Bind(tree.Map("training"));
        Data = DataSection.Bind(tree.Map("data"), Training.Shuffle);
        Checkpoint = OtherSections.BindCheckpoint(tree.Map("checkpoint"));
        Cluster = OtherSections.BindCluster(tree.Map("cluster"));
        Report = OtherSections.BindReport(tree.Map("report"));
    }

    /// <summary>How messages call it: the path as the user gave it.</summary>
    public string Name { get; }

    /// <summary>Absolute; what the relative paths of <see cref="Data"/> are relative to.</summary>
    public string BaseFolder { get; }

    public DataSpec Data { get; }

    public TrainingSpec Training { get; }

    public CheckpointSpec Checkpoint { get; }

    public ClusterSpec Cluster { get; }

    public ReportSpec Report { get; }

    /// <param name="path">The run file.</param>
    /// <param name="overrides">As in "training.epochs=3", applied in order.</param>
    /// <exception cref="RunFileException">It cannot be read or used; one sentence with file and line, or the flag.</exception>
    public static RunFile Load(string path, IReadOnlyList<string> overrides)
    {
        string json;
        if (Directory.Exists(path))
        {
            string inside = Path.Combine(path, "run.json");
            throw new RunFileException(File.Exists(inside)
                ? $"{path} is a folder; did you mean {inside}?"
                : $"{path} is a folder; expected a run file, as in examples/digits/run.json");
        }

        try
        {
            json = File.ReadAllText(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            string why = error is FileNotFoundException or DirectoryNotFoundException ? "there is no such file" : error.Message;
            throw new RunFileException($"{path}: {why.TrimEnd('.')}; expected a run file, as in examples/digits/run.json");
        }

        return Parse(json, path, Path.GetDirectoryName(Path.GetFullPath(path))!, overrides);
    }

    /// <param name="fileName">How messages call it; relative paths in it are relative to its folder.</param>
    /// <param name="overrides">As in "training.epochs=3", applied in order.</param>
    /// <exception cref="RunFileException">It cannot be used; one sentence with line, or the flag.</exception>
    public static RunFile Parse(string json, string fileName, params IReadOnlyList<string> overrides) =>
        Parse(json, fileName, Path.GetDirectoryName(Path.GetFullPath(fileName))!, overrides);

    /// <summary>The model for this data: its input shape, and "units": "classes" replaced by the number of classes.</summary>
    /// <exception cref="RunFileException">The model asks for classes where the data has none.</exception>
    public ModelSpec ResolveModel(PreparedData data) => ResolveModel(data.Train.FeatureShape, data.ClassNames.Length);

    /// <summary>The same, where the data is known but not at hand.</summary>
    /// <param name="input">Shape of one sample.</param>
    /// <param name="classCount">0 for regression.</param>
    /// <exception cref="RunFileException">The model asks for classes where the data has none.</exception>
    public ModelSpec ResolveModel(Shape input, int classCount) => ModelSection.Bind(_tree.Map("model"), input, classCount);

    /// <summary>The same run with what all its workers being on one machine suggests, where the file does not say otherwise.</summary>
    public RunFile OnOneMachine()
    {
        if (Cluster.BucketKiB is not null)
        {
            return this;
        }

        var size = Override.Parse($"cluster.bucketKiB={ClusterSpec.BucketKiBOnOneMachine}");
        return new RunFile((JsonMap)RunFileShape.Root.Check((JsonMap)size.ApplyTo(_tree), ""), Name, BaseFolder);
    }

    /// <summary>
    /// The run file as resolved: overrides applied, defaults filled in, paths absolute, keys in one order. Parsing it
    /// again gives an equal run file with the same text.
    /// </summary>
    public string ToJson() => CanonicalJson.Write(_tree, BaseFolder);

    private static RunFile Parse(string json, string name, string baseFolder, IReadOnlyList<string> overrides)
    {
        JsonTree tree = JsonTreeReader.Read(json, name);
        foreach (string argument in overrides)
        {
            tree = Override.Parse(argument).ApplyTo(tree);
        }

        if (tree is not JsonMap map)
        {
            throw new RunFileException(
                $"{tree.Origin}: the run file is {tree.Kind}; expected an object with data, model and training");
        }

        var checkedTree = (JsonMap)RunFileShape.Root.Check(map, "");
        return new RunFile(
            checkedTree with { Members = checkedTree.Members.RemoveAll(member => member.Name == RunFileShape.SchemaKey) },
            name, baseFolder);
    }
}
