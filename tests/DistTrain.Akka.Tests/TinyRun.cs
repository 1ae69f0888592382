using System.Globalization;
using System.Text;
using DistTrain.Data;
using DistTrain.Models;
using DistTrain.Protocol;
using DistTrain.Runtime;

namespace DistTrain.Akka.Tests;

/// <summary>A run of a few dozen rows on a linear model, in a folder that is gone after the test.</summary>
internal sealed class TinyRun : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public TinyRun(int epochs = 2)
    {
        System.IO.File.WriteAllText(PathOf("rows.csv"), Rows());
        System.IO.File.WriteAllText(PathOf("run.json"), $$"""
            {
              "data": { "format": "csv", "file": "rows.csv", "labels": "y", "targets": "values" },
              "model": { "layers": [{ "type": "linear", "units": 1 }], "loss": "halfSquaredError" },
              "training": {
                "batchSize": 16, "shards": 8, "epochs": {{epochs.ToString(CultureInfo.InvariantCulture)}},
                "optimizer": { "type": "sgd", "learningRate": 0.05 }
              }
            }
            """);
        File = RunFile.Load(PathOf("run.json"), []);
        Data = PreparedData.Prepare(File.Data, File.BaseFolder, File.Training.Seed);
        Run = LoadedRun.Build(File, Data);
    }

    public RunFile File { get; }

    public PreparedData Data { get; }

    public LoadedRun Run { get; }

    public string PathOf(string name) => _folder[name];

    /// <summary>What one plain process makes of it.</summary>
    public async Task<string> WeightsOfLocalTrainingAsync()
    {
        var request = new TrainingRequest { Run = File, OutFolder = PathOf("local") };
        TrainingResult result = await LocalTraining.RunAsync(request, TrainingObserver.None, CancellationToken.None);
        return result.Summary.WeightsSha256;
    }

    public void Dispose()
    {
        Data.Dispose();
        _folder.Dispose();
    }

    private static string Rows()
    {
        var text = new StringBuilder("a,b,y\n");
        for (int row = 0; row < 40; row++)
        {
            double a = (row * 7 % 11) - 5;
            double b = (row * 5 % 13) - 6;
            text.Append(CultureInfo.InvariantCulture, $"{a / 5},{b / 6},{(2 * a) - b + 1}\n");
        }

        return text.ToString();
    }
}
