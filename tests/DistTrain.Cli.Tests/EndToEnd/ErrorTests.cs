using System.Net;
using System.Net.Sockets;
using System.Text;

namespace DistTrain.Cli.Tests.EndToEnd;

/// <summary>Whatever is wrong with the input: one clear sentence, exit code 2 or 1, no stack trace.</summary>
public sealed class ErrorTests
{
    private const string Csv = "a,b,kind\n1,2,x\n3,4,y\n5,6,x\n7,8,y\n";

    private const string CsvData = """{ "format": "csv", "file": "rows.csv", "labels": "kind" }""";

    private const string IdxData = """
        { "format": "idx", "trainImages": "images", "trainLabels": "labels", "testImages": "none", "testLabels": "none" }
        """;

    private const string NpyData = """{ "format": "npy", "features": "x.npy", "labels": "y.npy" }""";

    private const string Linear = """[{ "type": "linear", "units": "classes" }]""";

    /// <summary>Name, files, data section, layers, learning rate, exit code, what the sentence holds.</summary>
    private static readonly Case[] Cases =
    [
        new("csv missing", [], ["rows.csv"]),
        new("csv empty", [("rows.csv", "")], ["rows.csv", "empty"]),
        new("csv header alone", [("rows.csv", "a,b,kind\n")], ["rows.csv", "no rows"]),
        new("csv ragged row", [("rows.csv", Csv + "9,10\n")], ["rows.csv", "line 6", "2"]),
        new("csv letters in a number column", [("rows.csv", Csv + "9,ten,x\n")], ["rows.csv", "line 6", "ten", "b"]),
        new("csv not a number", [("rows.csv", Csv + "NaN,10,x\n")], ["rows.csv", "line 6", "data.missing"]),
        new("csv infinite", [("rows.csv", Csv + "9,1e60,x\n")], ["rows.csv", "line 6", "1e60"]),
        new("csv no such column", [("rows.csv", "a,b,kin\n1,2,x\n")], ["rows.csv", "kind", "kin"]),
        new("csv unknown label", [("rows.csv", Csv), ("test.csv", "a,b,kind\n1,2,zebra\n")], ["test.csv", "line 2", "zebra"])
        {
            Data = """{ "format": "csv", "file": "rows.csv", "testFile": "test.csv", "labels": "kind" }""",
        },
        new("csv words as values", [("rows.csv", Csv)], ["rows.csv", "line 2", "x"])
        {
            Data = """{ "format": "csv", "file": "rows.csv", "labels": "kind", "targets": "values" }""",
        },
        new("csv cut-off gzip", [("rows.csv.gz", Latin([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 75, 212]))], ["rows.csv.gz"])
        {
            Data = """{ "format": "csv", "file": "rows.csv.gz", "labels": "kind" }""",
        },
        new("idx missing", [], ["images"]) { Data = IdxData },
        new("idx foreign", [("images", "\u0089PNG and so on, and on"), ("labels", "")], ["images", "IDX"]) { Data = IdxData },
        new("idx cut off", [("images", Idx(3, 4, 2, 2)[..20]), ("labels", Idx(1, 4))], ["images", "cut off"]) { Data = IdxData },
        new("idx other count of labels", [("images", Idx(3, 4, 2, 2)), ("labels", Idx(1, 3))], ["labels", "3", "4"])
        {
            Data = IdxData,
        },
        new("npy foreign", [("x.npy", "PK\u0003\u0004 a zip archive"), ("y.npy", "")], ["x.npy", "NPY"]) { Data = NpyData },
        new("npy cut off", [("x.npy", Npy("'<f4'", "(4, 2)", 20)), ("y.npy", Npy("'<i4'", "(4,)", 16))], ["x.npy", "cut off"])
        {
            Data = NpyData,
        },
        new("npy of objects", [("x.npy", Npy("'|O'", "(4, 2)", 64)), ("y.npy", Npy("'<i4'", "(4,)", 16))], ["x.npy", "|O"])
        {
            Data = NpyData,
        },
        new("layer does not fit", [("rows.csv", Csv)], ["layer picture (conv2d)"])
        {
            Layers = """[{ "type": "conv2d", "channels": 4, "kernel": 3, "name": "picture" }, { "type": "linear", "units": 2 }]""",
        },
        new("too few outputs", [("rows.csv", Csv)], ["1", "2", "class"]) { Layers = """[{ "type": "linear", "units": 1 }]""" },
        new("softmax before its loss", [("rows.csv", Csv)], ["layer 1 (softmax)", "remove the layer"])
        {
            Layers = """[{ "type": "linear", "units": 2 }, "softmax"]""",
        },
        new("weights of another size", [("rows.csv", Csv)], ["layer 0 (linear)", "3", "4"])
        {
            Layers = """[{ "type": "linear", "units": 2, "initialWeight": [1, 2, 3] }]""",
        },
        new("run that diverges", [("rows.csv", Csv)], ["step", "not a number"])
        {
            Layers = """[{ "type": "linear", "units": 32 }, { "type": "linear", "units": 2 }]""",
            LearningRate = "1e30",
            ExitCode = 1,
        },
    ];

    public static TheoryData<string> Names() => [.. Cases.Select(row => row.Name)];

    /// <summary>Under whatever name; the port is nobody's, since it does not come so far.</summary>
    [Theory]
    [InlineData("127.0.0.1:7071", "127.0.0.1:7071")]
    [InlineData("127.0.0.1:7071", "localhost:7071")]
    [InlineData("127.0.0.1:7071", "0.0.0.0:7071")]
    [InlineData("0.0.0.0:7071", "127.0.0.1:7071")]
    [InlineData("0.0.0.0:7071", "127.0.0.1:7070", "localhost:7071")]
    public async Task Aggregator_ThatJoinsItself_IsRefused(string listen, params string[] join)
    {
        CommandResult result = await DistTrainCommand.RunAsync(
            ["aggregator", "--listen", listen, .. join.SelectMany(static node => (string[])["--join", node]), "--insecure"]);
        Assert.Equal(
            (2, $"--join: {join[^1]} is where this aggregator itself listens; name the coordinator's address, or another aggregator's\n"),
            (result.ExitCode, result.Errors));
    }

    [Fact]
    public async Task Certificates_IntoAFile_NamesTheOption()
    {
        using var folder = new TemporaryFolder();
        folder.Write("file", "");
        CommandResult result = await DistTrainCommand.RunAsync("certificates", "--out", folder["file"], "--hosts", "a");
        Assert.Equal(2, result.ExitCode);
        Assert.StartsWith($"--out: {folder["file"]} cannot be written to (", result.Errors, StringComparison.Ordinal);
        Assert.Single(result.Errors.TrimEnd('\n').Split('\n'));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Train_BadInput_OneSentence(string name)
    {
        Case row = Cases.Single(candidate => candidate.Name == name);
        using var folder = new TemporaryFolder();
        foreach ((string file, string content) in row.Files)
        {
            folder.Write(file, Encoding.Latin1.GetBytes(content));
        }

        string run = folder.Write("my.json", $$"""
            {
              "data": {{row.Data}},
              "model": { "layers": {{row.Layers}}, "loss": "softmaxCrossEntropy" },
              "training": { "batchSize": 4, "epochs": 50, "optimizer": { "type": "sgd", "learningRate": {{row.LearningRate}} } }
            }
            """);

        CommandResult result = await DistTrainCommand.RunAsync("train", run, "--out", folder["out"], "--quiet");

        AssertOneSentence(result, row.ExitCode, row.Holds);
    }

    [Fact]
    public async Task Coordinator_BusyPort_SaysSo()
    {
        using var busy = new TcpListener(IPAddress.Loopback, 0);
        busy.Start();
        using var folder = new TemporaryFolder();

        CommandResult result = await DistTrainCommand.RunAsync(
            "coordinator", "examples/iris/run.json", "--listen", $"{busy.LocalEndpoint}", "--out", folder["out"]);

        AssertOneSentence(result, 1, [$"{busy.LocalEndpoint}"]);
    }

    [Fact]
    public async Task Status_NobodyListens_SaysSo()
    {
        using var closed = new TcpListener(IPAddress.Loopback, 0);
        closed.Start();
        string address = $"{closed.LocalEndpoint}";
        closed.Stop();

        AssertOneSentence(await DistTrainCommand.RunAsync("status", address), 1, [address]);
    }

    [Fact]
    public async Task Train_OutFolderIsAFile_SaysSo()
    {
        using var folder = new TemporaryFolder();
        string file = folder.Write("out", "");

        AssertOneSentence(
            await DistTrainCommand.RunAsync("train", "examples/iris/run.json", "--out", file), 1, [file, "--out"]);
    }

    [Fact]
    public async Task Evaluate_NotAnOutputFolder_SaysSo()
    {
        using var folder = new TemporaryFolder();

        AssertOneSentence(await DistTrainCommand.RunAsync("evaluate", folder.Path), 2, [folder.Path, "run.json"]);
    }

    [Fact]
    public async Task Evaluate_RunThatDidNotEnd_SaysSo()
    {
        using var folder = new TemporaryFolder();
        CommandResult trained = await DistTrainCommand.RunAsync(
            "train", "examples/iris/run.json", "--quiet", "--set", "training.epochs=1", "--out", folder["out"]);
        Assert.Equal(0, trained.ExitCode);
        File.Delete(Path.Combine(folder["out"], "model.safetensors"));

        AssertOneSentence(
            await DistTrainCommand.RunAsync("evaluate", folder["out"]), 2, ["has no model.safetensors yet", "--resume"]);
    }

    [Fact]
    public async Task Predict_InputIsMissing_DoesNotSpeakOfTheRunFile()
    {
        using var folder = new TemporaryFolder();
        await DistTrainCommand.RunAsync(
            "train", "examples/iris/run.json", "--quiet", "--set", "training.epochs=1", "--out", folder["out"]);

        CommandResult result = await DistTrainCommand.RunAsync("predict", folder["out"], "--input", folder["rows.csv"]);

        AssertOneSentence(result, 2, ["rows.csv does not exist"]);
        Assert.DoesNotContain("run file", result.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("model.safetensors", "cut off")]
    [InlineData("model.json", "model.json")]
    public async Task Predict_FileOfTheModelIsDamaged_SaysWhich(string file, string holds)
    {
        using var folder = new TemporaryFolder();
        CommandResult trained = await DistTrainCommand.RunAsync(
            "train", "examples/iris/run.json", "--quiet", "--set", "training.epochs=1", "--out", folder["out"]);
        Assert.Equal(0, trained.ExitCode);
        string path = Path.Combine(folder["out"], file);
        byte[] whole = await File.ReadAllBytesAsync(path);
        await File.WriteAllBytesAsync(path, whole[..(whole.Length / 4)]);

        AssertOneSentence(
            await DistTrainCommand.RunAsync("predict", folder["out"], "--input", "examples/iris/iris.csv"), 2, [file, holds]);
    }

    [Fact]
    public async Task Train_ResumedWithAChangedRunFile_NamesTheKeysUnlessForced()
    {
        using var folder = new TemporaryFolder();
        string[] command = ["train", "examples/iris/run.json", "--quiet", "--out", folder["out"], "--set"];
        Assert.Equal(0, (await DistTrainCommand.RunAsync([.. command, "training.epochs=2"])).ExitCode);
        string[] changed =
            [.. command, "training.epochs=3", "--set", "training.seed=7", "--set", "training.optimizer.learningRate=0.5", "--resume"];

        CommandResult refused = await DistTrainCommand.RunAsync(changed);
        CommandResult forced = await DistTrainCommand.RunAsync([.. changed, "--force"]);
        CommandResult longer = await DistTrainCommand.RunAsync([.. command, "training.epochs=4", "--resume", "--force"]);

        AssertOneSentence(refused, 2, ["training.seed, training.optimizer.learningRate", "--force"]);
        Assert.DoesNotContain("training.epochs", refused.Errors, StringComparison.Ordinal);
        Assert.Equal(0, forced.ExitCode);
        Assert.Equal(0, longer.ExitCode);
    }

    [Fact]
    public async Task Predict_OtherColumns_SaysWhich()
    {
        using var folder = new TemporaryFolder();
        await DistTrainCommand.RunAsync(
            "train", "examples/iris/run.json", "--quiet", "--set", "training.epochs=1", "--out", folder["out"]);
        string rows = folder.Write("rows.csv", "sepal_length_cm,sepal_width_cm,petal_length\n1,2,3\n");

        AssertOneSentence(
            await DistTrainCommand.RunAsync("predict", folder["out"], "--input", rows), 2, ["rows.csv", "petal_length_cm"]);
    }

    private static void AssertOneSentence(CommandResult result, int exitCode, string[] holds)
    {
        Assert.True(result.ExitCode == exitCode, $"exit code {result.ExitCode}, expected {exitCode}: {result.Errors}");
        // A run that failed on its way says in a second line what there is to go on from.
        string sentence = result.Errors.TrimEnd('\n').Split("\nto go on from ")[0];
        Assert.DoesNotContain('\n', sentence);
        Assert.DoesNotContain("   at ", sentence, StringComparison.Ordinal);
        Assert.DoesNotContain("this is a bug", sentence, StringComparison.Ordinal);
        Assert.All(holds, part => Assert.Contains(part, sentence, StringComparison.Ordinal));
    }

    private static string Latin(byte[] bytes) => Encoding.Latin1.GetString(bytes);

    /// <summary>An IDX file of bytes, all 1.</summary>
    private static string Idx(params byte[] rankAndDimensions)
    {
        byte rank = rankAndDimensions[0];
        byte[] dimensions = [.. rankAndDimensions[1..].SelectMany(dimension => (byte[])[0, 0, 0, dimension])];
        int count = rankAndDimensions[1..].Aggregate(1, (size, dimension) => size * dimension);
        return Latin([0, 0, 8, rank, .. dimensions, .. Enumerable.Repeat((byte)1, count)]);
    }

    private static string Npy(string type, string shape, int contentBytes)
    {
        string header = $"{{'descr': {type}, 'fortran_order': False, 'shape': {shape}, }}".PadRight(117) + "\n";
        return "\u0093NUMPY\u0001\0" + (char)header.Length + "\0" + header + new string('\0', contentBytes);
    }

    private sealed record Case(string Name, (string Name, string Content)[] Files, string[] Holds)
    {
        public string Data { get; init; } = CsvData;

        public string Layers { get; init; } = Linear;

        public string LearningRate { get; init; } = "0.1";

        public int ExitCode { get; init; } = 2;
    }
}
