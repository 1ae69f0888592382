using System.Globalization;
using DistTrain.Data;
using DistTrain.Models;
using DistTrain.Models.Tests;
using DistTrain.Runtime;
using Xunit.Abstractions;

namespace DistTrain.Cli.Tests.EndToEnd;

/// <summary>
/// The examples' models, trained, exported and run by a real ONNX runtime on all raw test rows. Those of MNIST need its
/// files: the environment variable DISTTRAIN_MNIST names their folder.
/// </summary>
public sealed class ExportedExampleTests(OnnxRuntime runtime, ITestOutputHelper output) : IClassFixture<OnnxRuntime>
{
    /// <summary>The runtime adds in another order; sums of a few hundred products differ in the last bits.</summary>
    private const float AbsoluteTolerance = 1e-5f;

    private const float RelativeTolerance = 1e-5f;

    private static readonly string? Mnist = Environment.GetEnvironmentVariable("DISTTRAIN_MNIST");

    [SkippableTheory]
    [InlineData("digits")]
    [InlineData("iris")]
    [InlineData("breast-cancer")]
    [InlineData("diabetes")]
    [InlineData("mnist")]
    [InlineData("mnist-cnn")]
    public async Task Export_OfATrainedExample_GivesTheSameOutputsInARealRuntime(string example)
    {
        Skip.If(runtime.Missing is not null, runtime.Missing);
        bool isMnist = example.StartsWith("mnist", StringComparison.Ordinal);
        Skip.If(isMnist && Mnist is null, "DISTTRAIN_MNIST does not name the folder of MNIST's files");
        string run = $"examples/{example}/run.json";
        Skip.IfNot(File.Exists(Path.Combine(Repository.Root, run)), $"there is no {run}");
        using var folder = new TemporaryFolder();
        await RunAsync(
            ["train", run, "--json", "--out", folder["out"], .. isMnist ? (string[])["--set", $"data.folder={Mnist}", "--threads", "2"] : [],
             .. example == "mnist-cnn" ? (string[])["--set", "training.epochs=1"] : []]);
        await RunAsync(["export", folder["out"], "--output", folder["model.onnx"]]);
        using TrainedModel model = TrainedModel.Open(folder["out"]);
        float[] expected = Predict(model);
        float[] raw = RawTestRows(model, out int rows);

        OnnxOutput actual = runtime.Run(
            await File.ReadAllBytesAsync(folder["model.onnx"]), raw, [rows, .. model.Network.Spec.Input.Dimensions])["output"];

        Compare(example, model, expected, actual.Values, rows);
    }

    private void Compare(string example, TrainedModel model, float[] expected, float[] actual, int rows)
    {
        Assert.Equal(expected.Length, actual.Length);
        int width = expected.Length / rows;
        double absolute = 0, relative = 0, share = 0;
        for (int at = 0; at < expected.Length; at++)
        {
            double difference = Math.Abs((double)expected[at] - actual[at]);
            absolute = Math.Max(absolute, difference);
            relative = Math.Max(relative, difference / Math.Max(Math.Abs(expected[at]), float.Epsilon));
            share = Math.Max(share, difference / (AbsoluteTolerance + (RelativeTolerance * Math.Abs(expected[at]))));
        }

        int otherClasses = model.Outputs.IsClassification
            ? Enumerable.Range(0, rows).Count(row =>
                model.Outputs.ClassOf(expected.AsSpan(row * width, width)) != model.Outputs.ClassOf(actual.AsSpan(row * width, width)))
            : 0;
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{example}: {rows} rows x {width} outputs, largest difference {absolute:E2} absolute, {relative:E2} relative, "
            + $"{share:P0} of what is allowed; {otherClasses} other classes"));
        Assert.Equal(0, otherClasses);
        Assert.True(share <= 1, $"{example}: the largest difference is {share:F2} of what is allowed");
    }

    private static float[] Predict(TrainedModel model)
    {
        using PreparedData data = EvaluationData.OpenOfRun(model);
        float[] features = Gather(data.Test!);
        float[] outputs = new float[data.Test!.RowCount * model.Network.Output.Size];
        using NetworkLane lane = model.Network.CreateLane();
        lane.Predict(model.Weights, features, data.Test.RowCount, outputs);
        return outputs;
    }

    /// <summary>The same rows before any scaling, as a user has them.</summary>
    private static float[] RawTestRows(TrainedModel model, out int rows)
    {
        using PreparedData data = PreparedData.Prepare(
            model.Run.Data with { Scaling = ScalingSpec.None }, model.Run.BaseFolder, model.Run.Training.Seed);
        rows = data.Test!.RowCount;
        return Gather(data.Test);
    }

    private static float[] Gather(DataSet part)
    {
        float[] features = new float[part.RowCount * part.FeatureShape.Size];
        part.GatherFeatures([.. Enumerable.Range(0, part.RowCount)], features);
        return features;
    }

    private static async Task RunAsync(string[] arguments)
    {
        CommandResult result = await DistTrainCommand.RunAsync(arguments);
        Assert.True(result.ExitCode == 0, result.Errors);
    }
}
