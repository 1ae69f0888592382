using System.Text.Json.Nodes;

namespace DistTrain.Cli.Tests.EndToEnd;

/// <summary>A table with columns of text, through every command that reads it.</summary>
public sealed class CategoryTests(CategoryTests.Cities cities) : IClassFixture<CategoryTests.Cities>
{
    [Theory]
    [InlineData("--workers", "2")]
    [InlineData("--workers", "3")]
    [InlineData("--workers", "1", "--processes")]
    [InlineData("--workers", "2", "--processes")]
    [InlineData("--workers", "3", "--processes", "--link", "tcp")]
    public async Task Train_InAnySetting_GivesTheSameWeights(params string[] flags)
    {
        using var folder = new TemporaryFolder();

        JsonObject summary = await cities.TrainAsync(folder["out"], flags);

        Assert.Equal(
            ((string)cities.Summary["weightsSha256"]!, (string)cities.Summary["dataHash"]!),
            ((string)summary["weightsSha256"]!, (string)summary["dataHash"]!));
    }

    [Fact]
    public async Task Train_OnCategories_LearnsThem() => Assert.Equal(
        (1.0, "98 parameters"),
        ((double)cities.Summary["trainAccuracy"]!, $"{cities.Summary["parameterCount"]} parameters"));

    [Fact]
    public async Task Predict_AnUnseenValue_IsAsIfItWereNoneOfThem()
    {
        CommandResult csv = await PredictAsync("colour,city\nred,Köln\ngreen,\"Paris, TX\"\nmauve,Rom\nblue,Oslo\n");
        string[] rows = csv.Output.TrimEnd().Split('\n')[1..];

        Assert.StartsWith("yes,", rows[0], StringComparison.Ordinal);
        Assert.StartsWith("no,", rows[1], StringComparison.Ordinal);
        Assert.Equal(rows[2], rows[3]);
        Assert.NotEqual(rows[1], rows[2]);
    }

    [Fact]
    public async Task Evaluate_OtherData_TakesAnUnseenValue()
    {
        using var folder = new TemporaryFolder();
        string other = folder.Write("other.csv", "y,colour,city\nyes,red,Köln\nno,mauve,Berlin\n");

        CommandResult result = await DistTrainCommand.RunAsync("evaluate", cities.Folder, "--data", other);

        Assert.True(result.ExitCode == 0, result.Errors);
        Assert.StartsWith($"2 rows of {other}\n", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Export_ToOnnx_NamesEachValuesFeature()
    {
        using var folder = new TemporaryFolder();

        CommandResult result = await DistTrainCommand.RunAsync("export", cities.Folder, "--output", folder["cities.onnx"]);

        Assert.True(result.ExitCode == 0, result.Errors);
        string file = await File.ReadAllTextAsync(folder["cities.onnx"]);
        Assert.Contains("city=Berlin, city=Köln, city=Paris, TX, colour=green, colour=red", file, StringComparison.Ordinal);
        Assert.Contains("city: 0 Berlin, 1 Köln, 2 Paris, TX; colour: 3 green, 4 red", file, StringComparison.Ordinal);
    }

    private async Task<CommandResult> PredictAsync(string csv)
    {
        using var folder = new TemporaryFolder();
        CommandResult result = await DistTrainCommand.RunAsync("predict", cities.Folder, "--input", folder.Write("new.csv", csv));
        Assert.True(result.ExitCode == 0, result.Errors);
        return result;
    }

    /// <summary>A model trained once for all tests here: yes in Köln, and where something is red.</summary>
    public sealed class Cities : IAsyncLifetime, IDisposable
    {
        private readonly TemporaryFolder _folder = new();

        public string Folder => _folder["out"];

        public JsonObject Summary { get; private set; } = [];

        public async Task<JsonObject> TrainAsync(string outFolder, params string[] flags)
        {
            CommandResult result = await DistTrainCommand.RunAsync(
                ["train", _folder["run.json"], "--json", "--out", outFolder, .. flags]);
            Assert.True(result.ExitCode == 0, result.Errors);
            return result.Summary;
        }

        public async Task InitializeAsync()
        {
            string[] rows =
            [
                "Köln,red,yes", "Köln,green,yes", "Berlin,red,yes", "Berlin,green,no", "\"Paris, TX\",red,yes", "\"Paris, TX\",green,no",
            ];
            _folder.Write("cities.csv", "city,colour,y\n" + string.Concat(Enumerable.Repeat(string.Join('\n', rows) + "\n", 5)));
            _folder.Write("run.json", """
                {
                  "data": { "format": "csv", "file": "cities.csv", "labels": "y", "categories": ["city", "colour"], "scaling": "standardize" },
                  "model": {
                    "layers": [{ "type": "linear", "units": 12 }, "relu", { "type": "linear", "units": "classes" }],
                    "loss": "softmaxCrossEntropy"
                  },
                  "training": { "batchSize": 8, "epochs": 30, "optimizer": { "type": "adam", "learningRate": 0.05 } }
                }
                """);
            Summary = await TrainAsync(Folder);
        }

        public Task DisposeAsync() => Task.CompletedTask;

        public void Dispose() => _folder.Dispose();
    }
}
