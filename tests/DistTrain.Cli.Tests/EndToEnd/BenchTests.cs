using System.Text.Json;

namespace DistTrain.Cli.Tests.EndToEnd;

public sealed class BenchTests
{
    /// <summary>As large as MNIST: 60,000 images as bytes, a batch of 512.</summary>
    private const string LargeRun = """
        {
          "data": { "format": "synthetic", "rows": 60000, "shape": [1, 28, 28],
                    "scaling": { "type": "divideBy", "divisor": 255 } },
          "model": {
            "layers": ["flatten", { "type": "linear", "units": 512 }, "relu", { "type": "linear", "units": 256 }, "relu",
                       { "type": "linear", "units": 10 }],
            "loss": "softmaxCrossEntropy"
          },
          "training": { "batchSize": 512, "epochs": 1, "optimizer": { "type": "adam", "learningRate": 0.001 } }
        }
        """;

    [Fact]
    public async Task BenchModels_RunFileOfTheSizeOfMnist_StaysUnderThreeHundredMegabytes()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder["large.json"], LargeRun);

        CommandResult result = await DistTrainCommand.RunAsync(
            "bench", "models", folder["large.json"], "--steps", "30", "--json");

        Assert.True(result.ExitCode == 0, result.Errors);
        JsonElement report = JsonDocument.Parse(result.Output).RootElement;
        Assert.Equal(30, report.GetProperty("steps").GetInt32());
        Assert.Equal(0, report.GetProperty("computeBytesPerStep").GetInt64());
        long peak = report.GetProperty("peakBytes")[0].GetInt64();
        Assert.InRange(peak, 60_000 * 784, 300_000_000);
    }

    [Fact]
    public async Task BenchModels_WorkerProcesses_ReportTheirPartsAndMemory()
    {
        CommandResult result = await DistTrainCommand.RunAsync(
            "bench", "models", "mlp", "--batch", "64", "--steps", "5", "--workers", "2", "--processes", "--json");

        Assert.True(result.ExitCode == 0, result.Errors);
        JsonElement report = JsonDocument.Parse(result.Output).RootElement;
        Assert.Equal("processes", report.GetProperty("engine").GetString());
        Assert.Equal(3, report.GetProperty("peakBytes").GetArrayLength());
        foreach (string part in (string[])["forward", "backward", "update", "send", "broadcast", "wait"])
        {
            Assert.True(report.GetProperty("stepMicroseconds").GetProperty(part).GetInt64() > 0, $"{part}: {result.Output}");
        }
    }

    [Fact]
    public async Task BenchModels_SeveralModels_PrintsBothTables()
    {
        CommandResult result = await DistTrainCommand.RunAsync(
            "bench", "models", "mlp", "examples/digits/run.json", "--steps", "5");

        Assert.True(result.ExitCode == 0, result.Errors);
        Assert.Contains("samples/s (min–max)", result.Output, StringComparison.Ordinal);
        Assert.Contains("broadcast", result.Output, StringComparison.Ordinal);
        Assert.Equal(2, result.Output.Split("examples/digits/run.json").Length - 1);
    }

    [Fact]
    public async Task BenchKernels_OneSize_PrintsItsShareOfThePeak()
    {
        CommandResult result = await DistTrainCommand.RunAsync(
            "bench", "kernels", "--only", "32×256×512", "--rounds", "1", "--sample-ms", "1");

        Assert.True(result.ExitCode == 0, result.Errors);
        Assert.Contains("FMA peak of one core", result.Output, StringComparison.Ordinal);
        Assert.Equal(3, result.Output.Split("product ").Length - 1);
    }

    [Theory]
    [InlineData("bench: say what; expected one of kernels, models, or --help", "bench")]
    [InlineData("modles is unknown; did you mean models?", "bench", "modles")]
    [InlineData("--setps is unknown; did you mean --steps?", "bench", "models", "--setps", "3")]
    [InlineData("--only nothing: no kernel's name or size contains it; leave it out to see all",
        "bench", "kernels", "--only", "nothing")]
    [InlineData("mpl is no model to time and no file; expected a run file, or one of mlp, wide, cnn", "bench", "models", "mpl")]
    public async Task Bench_WrongUse_IsOneSentence(string expected, params string[] arguments)
    {
        CommandResult result = await DistTrainCommand.RunAsync(arguments);

        Assert.Equal(2, result.ExitCode);
        Assert.Equal(expected, result.Errors.Trim());
        Assert.Equal("", result.Output);
    }
}
