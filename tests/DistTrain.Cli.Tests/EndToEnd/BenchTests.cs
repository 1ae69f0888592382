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
    public async Task BenchExchange_BothLinks_ReportTheirPartsAndOneHash()
    {
        CommandResult result = await DistTrainCommand.RunAsync(
            "bench", "exchange", "--floats", "300K", "--steps", "5", "--json");

        Assert.True(result.ExitCode == 0, result.Errors);
        JsonElement[] reports =
        [
            .. result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement),
        ];
        string[] links = OperatingSystem.IsLinux() ? ["shared", "tcp"] : ["tcp"];
        Assert.Equal(links, reports.Select(report => report.GetProperty("link").GetString()));
        foreach (JsonElement report in reports)
        {
            Assert.Equal(300_000, report.GetProperty("floats").GetInt32());
            Assert.Equal(5, report.GetProperty("steps").GetInt32());
            Assert.True(report.GetProperty("exchangeMilliseconds").GetProperty("min").GetDouble() > 0, result.Output);
            Assert.Equal(64, report.GetProperty("weightsSha256").GetString()!.Length);
            foreach (string part in (string[])["update", "send", "wait"])
            {
                Assert.True(report.GetProperty("stepMicroseconds").GetProperty(part).GetInt64() > 0, $"{part}: {result.Output}");
            }
        }
    }

    [Fact]
    public async Task BenchExchange_OneLink_PrintsATable()
    {
        CommandResult result = await DistTrainCommand.RunAsync(
            "bench", "exchange", "--floats", "10K", "--steps", "2", "--workers", "1", "--link", "tcp");

        Assert.True(result.ExitCode == 0, result.Errors);
        Assert.Contains("exchange (min–max)", result.Output, StringComparison.Ordinal);
        Assert.Contains("10,016", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("shared", result.Output, StringComparison.Ordinal);
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
    [InlineData("bench: say what; expected one of kernels, models, exchange, or --help", "bench")]
    [InlineData("modles is unknown; did you mean models?", "bench", "modles")]
    [InlineData("--setps is unknown; did you mean --steps?", "bench", "models", "--setps", "3")]
    [InlineData("--only nothing: no kernel's name or size contains it; leave it out to see all",
        "bench", "kernels", "--only", "nothing")]
    [InlineData("mpl is no model to time and no file; expected a run file, or one of mlp, wide, cnn", "bench", "models", "mpl")]
    [InlineData("--floats: many is no size; expected 5000000, 500K or 5M", "bench", "exchange", "--floats", "many")]
    [InlineData("--floats: 1K is too small, expected 8,256 to 256,000,000", "bench", "exchange", "--floats", "5M,1K")]
    [InlineData("--floats: 1000M is too large, expected 8,256 to 256,000,000", "bench", "exchange", "--floats", "1000M")]
    [InlineData("--link: udp is no kind of link, expected tcp or shared", "bench", "exchange", "--link", "udp")]
    public async Task Bench_WrongUse_IsOneSentence(string expected, params string[] arguments)
    {
        CommandResult result = await DistTrainCommand.RunAsync(arguments);

        Assert.Equal(2, result.ExitCode);
        Assert.Equal(expected, result.Errors.Trim());
        Assert.Equal("", result.Output);
    }
}
