using DistTrain.Data;
using DistTrain.Models;

namespace DistTrain.Runtime.Tests.TrainedModels;

/// <summary>The figures of evaluate, beside a plain counting of the model's own outputs.</summary>
public sealed class ModelEvaluationTests
{
    [Fact]
    public async Task Classes_PrecisionRecallAndConfusion_AreWhatCountingGives()
    {
        using TinyRun tiny = new();
        await LocalTraining.RunAsync(tiny.Request("out"), TrainingObserver.None, default);
        using TrainedModel model = TrainedModel.Open(tiny.Out("out"));

        EvaluationReport report = ModelEvaluation.Run(model, tiny.Data.Train);

        (float[] targets, float[] outputs) = Outputs(model, tiny.Data.Train);
        int[] actual = [.. targets.Select(target => (int)target)];
        int[] predicted = [.. outputs.Chunk(3).Select(row => Array.IndexOf(row, row.Max()))];
        for (int index = 0; index < 3; index++)
        {
            int right = actual.Zip(predicted).Count(pair => pair == (index, index));
            Assert.Equal((double)right / predicted.Count(guess => guess == index), report.Classes[index].Precision!.Value, 12);
            Assert.Equal((double)right / actual.Count(label => label == index), report.Classes[index].Recall!.Value, 12);
            for (int column = 0; column < 3; column++)
            {
                Assert.Equal(actual.Zip(predicted).Count(pair => pair == (index, column)), report.Confusion[index][column]);
            }
        }

        Assert.Equal(["high", "low", "middle"], report.Classes.Select(figures => figures.Name));
        Assert.Equal(actual.Zip(predicted).Count(pair => pair.First == pair.Second) / 100.0, report.Accuracy!.Value, 12);
    }

    [Fact]
    public async Task Values_ErrorsAndExplainedVariance_AreThoseOfTheFormulas()
    {
        using TinyRun tiny = new();
        RunFile run = RunFile.Load(
            Path.Combine(Repository.Root, "examples", "diabetes", "run.json"), ["training.epochs=3"]);
        await LocalTraining.RunAsync(
            tiny.Request("out") with { Run = run, Data = null }, TrainingObserver.None, default);
        using TrainedModel model = TrainedModel.Open(tiny.Out("out"));
        using PreparedData data = EvaluationData.OpenOfRun(model);

        EvaluationReport report = ModelEvaluation.Run(model, data.Test!);

        (float[] targets, float[] outputs) = Outputs(model, data.Test!);
        double[] errors = [.. outputs.Zip(targets, (output, target) => (double)output - target)];
        double mean = targets.Average(target => (double)target);
        double squares = errors.Sum(error => error * error);
        Assert.Equal(errors.Average(Math.Abs), report.MeanAbsoluteError!.Value, 1e-3);
        Assert.Equal(Math.Sqrt(squares / errors.Length), report.RootMeanSquareError!.Value, 1e-3);
        Assert.Equal(
            1 - (squares / targets.Sum(target => (target - mean) * (target - mean))), report.ExplainedVariance!.Value, 1e-4);
        Assert.Null(report.Accuracy);
        Assert.Empty(report.Confusion);
    }

    private static (float[] Targets, float[] Outputs) Outputs(TrainedModel model, DataSet part)
    {
        int[] rows = [.. Enumerable.Range(0, part.RowCount)];
        float[] features = new float[rows.Length * part.FeatureShape.Size];
        float[] targets = new float[rows.Length * part.TargetWidth];
        float[] outputs = new float[rows.Length * model.Network.Output.Size];
        part.GatherFeatures(rows, features);
        part.GatherTargets(rows, targets);
        using NetworkLane lane = model.Network.CreateLane();
        lane.Predict(model.Weights, features, rows.Length, outputs);
        return (targets, outputs);
    }
}
