using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
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
    public async Task Compare_ARunMadeAgainFromItsFolder_FindsEqualWeights()
    {
        using var folder = new TemporaryFolder();
        CommandResult again = await DistTrainCommand.RunAsync(
            "train", Path.Combine(irises.Folder, "run.json"), "--workers", "2", "--quiet", "--out", folder["again"]);
        Assert.True(again.ExitCode == 0, again.Errors);

        CommandResult result = await DistTrainCommand.RunAsync("compare", irises.Folder, folder["again"]);

        Assert.True(result.ExitCode == 0, result.Errors);
        Assert.EndsWith(
            $"the weights are equal, bit for bit: {irises.Summary["weightsSha256"]}\n", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Compare_ARunWithAnotherSeed_NamesItAndFails()
    {
        using var folder = new TemporaryFolder();
        await DistTrainCommand.RunAsync(
            "train", Path.Combine(irises.Folder, "run.json"), "--quiet", "--set", "training.seed=2", "--out", folder["other"]);

        CommandResult result = await DistTrainCommand.RunAsync("compare", irises.Folder, folder["other"]);
        CommandResult json = await DistTrainCommand.RunAsync("compare", irises.Folder, folder["other"], "--json");

        Assert.Equal((1, 1), (result.ExitCode, json.ExitCode));
        Assert.Contains("the run files differ in training.seed\n", result.Output, StringComparison.Ordinal);
        Assert.EndsWith("epoch 1 is the first whose training losses differ\nthe weights differ\n", result.Output, StringComparison.Ordinal);
        JsonNode report = JsonNode.Parse(json.Output)!;
        Assert.False((bool)report["weightsAreEqual"]!);
        Assert.Equal("training.seed", (string)report["differentKeys"]![0]!);
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
    public async Task Predict_FromNpyAndIdx_IsTheSameAsFromCsv()
    {
        float[] features =
        [
            .. (await File.ReadAllLinesAsync(Path.Combine(Repository.Root, Data))).Skip(1)
                .SelectMany(line => line.Split(',')[..4]).Select(cell => float.Parse(cell, CultureInfo.InvariantCulture)),
        ];
        string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (150, 4), }".PadRight(117) + "\n";
        using var folder = new TemporaryFolder();
        string npy = folder.Write(
            "rows.npy", [0x93, .. "NUMPY\u0001\0"u8, 118, 0, .. Encoding.ASCII.GetBytes(header), .. MemoryMarshal.AsBytes(features.AsSpan())]);
        string idx = folder.Write(
            "rows.idx", [0, 0, 0x0d, 2, 0, 0, 0, 150, 0, 0, 0, 4, .. features.SelectMany(value => BitConverter.GetBytes(value).Reverse())]);

        string[] csv = await PredictAsync("--input", Data);
        Assert.Equal(csv, await PredictAsync("--input", npy));
        Assert.Equal(csv, await PredictAsync("--input", idx));
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

    [Fact]
    public async Task Train_FromGivenWeights_StartsThere()
    {
        using var folder = new TemporaryFolder();
        string weights = Path.Combine(irises.Folder, "model.safetensors");
        string[] command = ["train", "examples/iris/run.json", "--json", "--out", folder["out"], "--init", weights];

        CommandResult tuned = await DistTrainCommand.RunAsync([.. command, "--set", "training.epochs=1"]);
        CommandResult other = await DistTrainCommand.RunAsync([.. command, "--set", "model.layers.0.units=17"]);

        Assert.True((double)tuned.Summary["trainLoss"]! < 2 * (double)irises.Summary["trainLoss"]!, tuned.Output);
        Assert.Equal(2, other.ExitCode);
        Assert.StartsWith(
            $"{weights}: tensor layers.0.weight is F32 (4, 16), expected the shape (4, 17)", other.Errors, StringComparison.Ordinal);
        Assert.Single(other.Errors.TrimEnd().Split('\n'));
    }

    /// <summary>The rules of the format's reference (github.com/huggingface/safetensors, "Format"), read plainly.</summary>
    [Fact]
    public async Task Train_LeavesWeights_ThatAStrictReaderTakes()
    {
        byte[] file = await File.ReadAllBytesAsync(Path.Combine(irises.Folder, "model.safetensors"));
        long headerBytes = BinaryPrimitives.ReadInt64LittleEndian(file);
        JsonObject header = (JsonObject)JsonNode.Parse(file.AsSpan(8, (int)headerBytes))!;
        var ends = new List<long> { 0 };
        foreach ((string name, JsonNode? tensor) in header.Where(entry => entry.Key != "__metadata__"))
        {
            long[] offsets = [.. tensor!["data_offsets"]!.AsArray().Select(offset => (long)offset!)];
            long elements = tensor["shape"]!.AsArray().Aggregate(1L, (product, dimension) => product * (long)dimension!);
            Assert.Equal("F32", (string)tensor["dtype"]!);
            Assert.Equal(ends[^1], offsets[0]);
            Assert.Equal(elements * sizeof(float), offsets[1] - offsets[0]);
            Assert.Equal(0, (8 + headerBytes + offsets[0]) % sizeof(float));
            ends.Add(offsets[1]);
        }

        Assert.Equal((byte)'{', file[8]);
        Assert.Equal(0, (8 + headerBytes) % 8);
        Assert.Equal(file.Length - 8 - headerBytes, ends[^1]);
        Assert.All(header["__metadata__"]!.AsObject(), entry => Assert.Equal(JsonValueKind.String, entry.Value!.GetValueKind()));
        Assert.Equal(
            (string)irises.Summary["weightsSha256"]!,
            Convert.ToHexStringLower(SHA256.HashData(file.AsSpan(8 + (int)headerBytes))));
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
