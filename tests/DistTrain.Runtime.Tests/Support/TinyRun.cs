using System.Globalization;
using DistTrain.Data;

namespace DistTrain.Runtime.Tests;

/// <summary>A small classification task made by formula, with run file, in a folder that is gone after the test.</summary>
internal sealed class TinyRun : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <param name="training">Properties of the training section beside the optimizer, without braces.</param>
    /// <param name="optimizer">A whole object.</param>
    public TinyRun(
        string training = """ "batchSize": 20, "shards": 8, "epochs": 6 """, string checkpoint = """ "everySeconds": 0 """,
        int rows = 130, string optimizer = """{ "type": "adam", "learningRate": 0.01 }""")
    {
        File.WriteAllLines(_folder["tiny.csv"], Lines(rows));
        Json = $$"""
            {
              "data": { "format": "csv", "file": "tiny.csv", "labels": "label", "scaling": "standardize", "testRows": 30 },
              "model": {
                "layers": [
                  { "type": "linear", "units": 16 }, "tanh", { "type": "dropout", "rate": 0.1 },
                  { "type": "linear", "units": "classes" }
                ],
                "loss": "softmaxCrossEntropy"
              },
              "training": { "optimizer": {{optimizer}}, {{training}} },
              "checkpoint": { {{checkpoint}} }
            }
            """;
        Run = Parse(Json);
        Data = PreparedData.Prepare(Run.Data, Run.BaseFolder, Run.Training.Seed);
    }

    public string Json { get; }

    /// <summary>The same task for a network large enough for several buckets.</summary>
    public string DeepJson => Json.Replace(
        """{ "type": "linear", "units": 16 }, "tanh",""",
        """{ "type": "linear", "units": 600 }, "tanh", { "type": "linear", "units": 400 }, "tanh", """
        + """{ "type": "linear", "units": 500 }, "tanh",""",
        StringComparison.Ordinal);

    public RunFile Deep => Parse(DeepJson);

    public RunFile Run { get; }

    public PreparedData Data { get; }

    public LoadedRun Loaded => LoadedRun.Build(Run, Data);

    public string Folder => _folder.Path;

    /// <summary>A fresh output folder's path.</summary>
    public string Out(string name) => _folder[name];

    public RunFile Parse(string json) => RunFile.Parse(json, _folder["run.json"]);

    public TrainingRequest Request(string outName, int workers = 1, int threads = 1) => new()
    {
        Run = Run,
        Data = Data,
        Workers = workers,
        ThreadsPerWorker = threads,
        OutFolder = Out(outName),
    };

    public void Dispose()
    {
        Data.Dispose();
        _folder.Dispose();
    }

    private static IEnumerable<string> Lines(int rows)
    {
        yield return "a,b,c,d,e,label";
        for (int row = 0; row < rows; row++)
        {
            double[] features = [.. Enumerable.Range(1, 5).Select(column => Math.Sin(row * column * 0.37) * column)];
            string label = features[0] + (0.3 * features[1]) > 0.4 ? "high" : features[3] > 0 ? "middle" : "low";
            yield return string.Join(',', features.Select(x => x.ToString("R", CultureInfo.InvariantCulture))) + "," + label;
        }
    }
}
