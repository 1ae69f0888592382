using DistTrain.Data;
using DistTrain.Models;

namespace DistTrain.Runtime.Tests.TrainedModels;

public sealed class PredictorTests
{
    [Theory]
    [InlineData("halfSquaredError", "values", "3e38,3e38", "row 1 (from 0) of rows: the model's output is Infinity, which is no answer; ")]
    [InlineData("halfSquaredError", "values", "1e38,1e38", null)]
    [InlineData("binaryCrossEntropyWithLogits", "classes", "-3e38,-3e38", "row 1 (from 0) of rows: the model's output is -Infinity")]
    public async Task Run_OnAnswersThatAreNotFinite_NamesTheRowInEveryFormat(
        string loss, string targets, string row, string? expected)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["train.csv"], "a,b,y\n0,0,0\n1,0,1\n");
        RunFile run = RunFile.Parse(
            $$"""
            {
              "data": { "format": "csv", "file": "train.csv", "labels": "y", "targets": "{{targets}}" },
              "model": { "layers": [{ "type": "linear", "units": 1, "initialWeight": [1, 1] }], "loss": "{{loss}}" },
              "training": { "batchSize": 2, "epochs": 1, "optimizer": { "type": "sgd", "learningRate": 1e-6 } }
            }
            """,
            folder["run.json"]);
        var request = new TrainingRequest { Run = run, OutFolder = folder["out"] };
        await LocalTraining.RunAsync(request, TrainingObserver.None, default);
        using TrainedModel model = TrainedModel.Open(folder["out"]);
        using var bytes = new MemoryStream();
        using var lines = new JsonLinesPredictionWriter(bytes, model.Outputs);

        foreach (IPredictionWriter writer in (IPredictionWriter[])
            [new CsvPredictionWriter(TextWriter.Null, model.Outputs), lines, new NpyPredictionWriter(new MemoryStream(), model.Outputs)])
        {
            using var rows = new MemoryStream(System.Text.Encoding.UTF8.GetBytes($"a,b\n1,1\n{row}\n"));
            using FeatureReader reader = FeatureReader.Open(rows, "rows", model.Features);
            Exception? failure = Record.Exception(() => Predictor.Run(model, reader, writer, default));

            if (expected is null)
            {
                Assert.Null(failure);
            }
            else
            {
                Assert.StartsWith(expected, Assert.IsType<DataException>(failure).Message, StringComparison.Ordinal);
            }
        }
    }
}
