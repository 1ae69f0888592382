using System.Diagnostics;
using System.Text.Json.Nodes;

namespace DistTrain.Cli.Tests.EndToEnd;

/// <summary>Processes that may not open as many files as they need.</summary>
public sealed class OpenFileTests
{
    private const string Run = "examples/digits/run.json";

    [SkippableTheory]
    [InlineData(40, "disttrain: this process may have 40 files open at once, 192 are needed; raise the limit (ulimit -n 4096)")]
    [InlineData(100, "disttrain: this process may have 100 files open at once, 192 are needed; raise the limit (ulimit -n 4096)")]
    [InlineData(200, "4 worker processes: this process may have 200 files open at once, 224 are needed; raise the limit (ulimit -n 4096)")]
    [InlineData(224, null)]
    public async Task Train_WithFewFiles_SaysSoAtOnceOrWorks(int files, string? expected)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "limits open files by ulimit");
        using var folder = new TemporaryFolder();
        CommandResult result = await DistTrainCommand.RunInShellAsync(
            $"ulimit -n {files}",
            "train", Run, "--workers", "4", "--processes", "--quiet", "--set", "training.epochs=1", "--out", folder["out"]);

        Assert.Equal((expected is null ? 0 : 1, expected ?? ""), (result.ExitCode, result.Errors.TrimEnd()));
    }

    /// <summary>The limit falls below what is open already, as if that many workers were there.</summary>
    [SkippableFact]
    public async Task Coordinator_WithoutAFileForTheNextWorker_SaysSoAndTakesItLater()
    {
        Skip.IfNot(File.Exists("/usr/bin/prlimit"), "changes the limit of a running process by prlimit");
        using var folder = new TemporaryFolder();
        using DistTrainCommand coordinator = DistTrainCommand.Start(
            "coordinator", Run, "--listen", "127.0.0.1:0", "--min-workers", "2", "--json", "--set", "training.epochs=1",
            "--out", folder["out"]);
        string address = (string)JsonNode.Parse(
            await coordinator.WaitForLineAsync(line => line.Contains("\"listening\"", StringComparison.Ordinal)))!["address"]!;
        using DistTrainCommand first = DistTrainCommand.Start("worker", "--join", address, "--data-dir", folder["data"]);
        await coordinator.WaitForLineAsync(line => line.Contains("\"workerJoined\"", StringComparison.Ordinal));
        await LimitAsync(coordinator.Process.Id, "20:4096");
        using DistTrainCommand second = DistTrainCommand.Start("worker", "--join", address, "--data-dir", folder["data"]);
        string line = await coordinator.WaitForLineAsync(
            line => line.Contains("no more files can be opened", StringComparison.Ordinal));
        Assert.Contains($"nobody else can be taken in at {address}", line, StringComparison.Ordinal);

        await LimitAsync(coordinator.Process.Id, "4096:4096");

        Assert.Equal(0, (await coordinator.EndAsync()).ExitCode);
        Assert.Equal(0, (await first.EndAsync()).ExitCode);
        Assert.Equal(0, (await second.EndAsync()).ExitCode);
    }

    private static async Task LimitAsync(int process, string files)
    {
        using Process limit = Process.Start("/usr/bin/prlimit", ["--pid", $"{process}", $"--nofile={files}"]);
        await limit.WaitForExitAsync();
        Assert.Equal(0, limit.ExitCode);
    }
}
