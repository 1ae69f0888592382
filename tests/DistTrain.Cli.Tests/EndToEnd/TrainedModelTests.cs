using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;

namespace DistTrain.Cli.Tests.EndToEnd;

/// <summary>evaluate and predict on a model of irises.</summary>
public sealed class TrainedModelTests(TrainedModelTests.Irises irises) : IClassFixture<TrainedModelTests.Irises>
{
    private const string Data = "examples/iris/iris.csv";

    [Fact]
    public async Task Evaluate_TestPart_GivesTheFiguresOfTheTraining()
    {
        CommandResult result = await DistTrainCommand.RunAsync("evaluate", irises.Folder, "--json");

        Assert.True(result.ExitCode == 0, result.Errors);
        JsonNode report = JsonNode.Parse(result.Output)!;
        Assert.Equal((double)irises.Summary["testAccuracy"]!, (double)report["accuracy"]!);
        Assert.Equal((double)irises.Summary["testLoss"]!, (double)report["loss"]!, 6);
        Assert.Equal(30, ((JsonArray)report["confusion"]!).SelectMany(row => (JsonArray)row!).Sum(count => (int)count!));
        Assert.Equal(["setosa", "versicolor", "virginica"], report["classes"]!.AsArray().Select(entry => (string)entry!["name"]!));
    }

    [Fact]
    public async Task Evaluate_OtherData_CountsAllItsRows()
    {
        CommandResult result = await DistTrainCommand.RunAsync("evaluate", irises.Folder, "--data", Data);

        Assert.True(result.ExitCode == 0, result.Errors);
        Assert.StartsWith($"150 rows of {Data}\n", result.Output, StringComparison.Ordinal);
        Assert.Contains("true \\ predicted", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Predict_ToCsvJsonLinesAndNpy_SaysTheSame()
    {
        string[] csv = await PredictAsync("--input", Data);
        string[] lines = await PredictAsync("--input", Data, "--format", "jsonl");
        using var folder = new TemporaryFolder();
        await PredictAsync("--input", Data, "--output", folder["predictions.npy"]);
        byte[] npy = await File.ReadAllBytesAsync(folder["predictions.npy"]);

        Assert.Equal("class,probability of setosa,probability of versicolor,probability of virginica", csv[0]);
        Assert.Equal(151, csv.Length);
        Assert.Equal(150, lines.Length);
        Assert.Equal(128 + (150 * 3 * sizeof(float)), npy.Length);
        for (int row = 0; row < 150; row++)
        {
            string[] cells = csv[row + 1].Split(',');
            JsonNode line = JsonNode.Parse(lines[row])!;
            Assert.Equal(cells[0], (string)line["class"]!);
            float[] probabilities = [.. line["probabilities"]!.AsObject().Select(entry => (float)entry.Value!)];
            Assert.Equal(probabilities, cells[1..].Select(cell => float.Parse(cell, CultureInfo.InvariantCulture)));
            Assert.Equal(probabilities, Enumerable.Range(0, 3).Select(
                column => BitConverter.ToSingle(npy, 128 + (((row * 3) + column) * sizeof(float)))));
            Assert.Equal(1, probabilities.Sum(), 1e-5);
        }
    }

    [Fact]
    public async Task Predict_FromStandardInput_IsTheSameAsFromTheFile()
    {
        CommandResult result = await DistTrainCommand.RunAsync(
            ["predict", irises.Folder, "--input", "-"], ImmutableDictionary<string, string>.Empty,
            await File.ReadAllTextAsync(Path.Combine(Repository.Root, Data)));

        Assert.Equal(await PredictAsync("--input", Data), result.Output.TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task Predict_Irises_IsRightForMostRows()
    {
        string[] csv = await PredictAsync("--input", Data);
        string[] labels = [.. (await File.ReadAllLinesAsync(Path.Combine(Repository.Root, Data))).Select(line => line.Split(',')[^1])];

        Assert.InRange(csv.Skip(1).Zip(labels.Skip(1), (row, label) => row.StartsWith(label + ",", StringComparison.Ordinal)).Count(right => right), 140, 150);
    }

    [Theory]
    [InlineData("model.onnx", "")]
    [InlineData("model.bin", "--format safetensors")]
    public async Task Export_ToAFormat_WritesTheFile(string name, string flags)
    {
        using var folder = new TemporaryFolder();

        CommandResult result = await DistTrainCommand.RunAsync(
            ["export", irises.Folder, "--output", folder[name], .. flags.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);

        Assert.True(result.ExitCode == 0, result.Errors);
        Assert.Equal([folder[name]], Directory.GetFiles(folder.Path));
        byte[] bytes = await File.ReadAllBytesAsync(folder[name]);
        Assert.InRange(bytes.Length, 131 * sizeof(float), 4096);
    }

    private async Task<string[]> PredictAsync(params string[] flags)
    {
        CommandResult result = await DistTrainCommand.RunAsync(["predict", irises.Folder, .. flags]);
        Assert.True(result.ExitCode == 0, result.Errors);
        return result.Output.TrimEnd().Split('\n');
    }

    /// <summary>A model trained once for all tests here.</summary>
    public sealed class Irises : IAsyncLifetime, IDisposable
    {
        private readonly TemporaryFolder _folder = new();

        public string Folder => _folder["out"];

        public JsonObject Summary { get; private set; } = [];

        public async Task InitializeAsync() => Summary = (await DistTrainCommand.RunAsync(
            "train", "examples/iris/run.json", "--json", "--out", Folder)).Summary;

        public Task DisposeAsync() => Task.CompletedTask;

        public void Dispose() => _folder.Dispose();
    }
}
