using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using DistTrain.Soak;

namespace DistTrain.Cli.Tests.EndToEnd;

/// <summary>Real processes that die, join, and are asked to end.</summary>
[Collection(Faults.ProcessFaults.Name)]
public sealed class FaultTests
{
    private const string Run = "examples/digits/run.json";

    /// <summary>Long enough that something can happen in the middle, on any machine.</summary>
    private const string Epochs = "training.epochs=150";

    [Fact]
    public async Task Coordinator_OneWorkerKilledAndOneAddedInMidRun_GivesTheSameWeights()
    {
        string expected = await UndisturbedAsync();
        using var folder = new TemporaryFolder();
        using DistTrainCommand coordinator = DistTrainCommand.Start(
            "coordinator", Run, "--listen", "127.0.0.1:0", "--min-workers", "2", "--json", "--set", Epochs,
            "--out", folder["out"]);
        string address = (string)JsonNode.Parse(
            await coordinator.WaitForLineAsync(line => line.Contains("\"listening\"", StringComparison.Ordinal)))!["address"]!;

        using DistTrainCommand first = StartWorker(address, folder);
        using DistTrainCommand second = StartWorker(address, folder);
        await coordinator.WaitForLineAsync(IsEpoch(5));
        first.Process.Kill();
        await coordinator.WaitForLineAsync(line => line.Contains("\"workerLost\"", StringComparison.Ordinal));
        using DistTrainCommand third = StartWorker(address, folder);
        await coordinator.WaitForLineAsync(line =>
            line.Contains("\"workerJoined\"", StringComparison.Ordinal) && line.Contains("\"worker\":3", StringComparison.Ordinal));
        CommandResult result = await coordinator.EndAsync();

        Assert.Equal(expected, result.WeightsSha256);
        Assert.Equal(1, (int)result.Summary["recoveries"]!);
        Assert.Equal(0, (await second.EndAsync()).ExitCode);
        Assert.Equal(0, (await third.EndAsync()).ExitCode);
    }

    [SkippableFact]
    public async Task Train_AWorkerProcessKilled_GoesOnAndGivesTheSameWeights()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "finds child processes in /proc");
        string expected = await UndisturbedAsync();
        using var folder = new TemporaryFolder();
        using DistTrainCommand train = DistTrainCommand.Start(
            "train", Run, "--workers", "2", "--processes", "--json", "--set", Epochs, "--out", folder["out"]);
        await train.WaitForLineAsync(IsEpoch(5));
        using (Process child = Process.GetProcessById(ChildrenOf(train.Process.Id)[0]))
        {
            child.Kill();
        }

        CommandResult result = await train.EndAsync();

        Assert.Equal(expected, result.WeightsSha256);
        Assert.Equal(1, (int)result.Summary["recoveries"]!);
    }

    /// <summary>More often than a worker may fail that never works; without it nothing would be left to go on with.</summary>
    [SkippableFact]
    public async Task Train_TheOnlyWorkerProcessKilledAgainAndAgain_GoesOn()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "finds child processes in /proc");
        using var folder = new TemporaryFolder();
        using DistTrainCommand train = DistTrainCommand.Start(
            "train", Run, "--processes", "--json", "--set", "training.epochs=1000000", "--out", folder["out"]);
        const int Kills = 7;
        for (int kill = 1; kill <= Kills; kill++)
        {
            await train.WaitForLineAsync(IsJoined, kill);
            await train.WaitForNextLineAsync(IsAnyEpoch);
            await train.WaitForNextLineAsync(IsAnyEpoch);
            using Process child = Process.GetProcessById(Assert.Single(ChildrenOf(train.Process.Id)));
            child.Kill();
        }

        await train.WaitForLineAsync(IsJoined, Kills + 1);
        Signal.Send(train.Process, Signal.Terminate);

        CommandResult stopped = await train.EndAsync();
        Assert.True(stopped.ExitCode == 143, $"exit code {stopped.ExitCode}: {stopped.Errors}");

        static bool IsJoined(string line) => line.Contains("\"workerJoined\"", StringComparison.Ordinal);

        static bool IsAnyEpoch(string line) => line.Contains("\"event\":\"epoch\"", StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Train_ParentKilled_LeavesNoWorkerBehind()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "finds child processes in /proc");
        using var folder = new TemporaryFolder();
        using DistTrainCommand train = DistTrainCommand.Start(
            "train", Run, "--workers", "3", "--processes", "--json", "--set", "training.epochs=100000", "--out", folder["out"]);
        await train.WaitForLineAsync(IsEpoch(2));
        Process[] children = [.. ChildrenOf(train.Process.Id).Select(Process.GetProcessById)];
        Assert.Equal(3, children.Length);

        train.Process.Kill();

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        foreach (Process child in children)
        {
            await child.WaitForExitAsync(limit.Token);
            child.Dispose();
        }
    }

    [SkippableFact]
    public async Task Train_Interrupted_SaysWhereItStoppedAndResumesToTheSameWeights()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "sends SIGINT by its number on Linux");
        string expected = await UndisturbedAsync();
        using var folder = new TemporaryFolder();
        string[] arguments = ["train", Run, "--workers", "2", "--json", "--set", Epochs, "--out", folder["out"]];
        using (DistTrainCommand train = DistTrainCommand.Start(arguments))
        {
            await train.WaitForLineAsync(IsEpoch(3));
            Signal.Send(train.Process, Signal.Interrupt);
            CommandResult stopped = await train.EndAsync();
            Assert.Equal(130, stopped.ExitCode);
            Assert.StartsWith("stopped after step ", stopped.Errors, StringComparison.Ordinal);
            Assert.Contains("--resume", stopped.Errors, StringComparison.Ordinal);
        }

        CommandResult resumed = await DistTrainCommand.RunAsync([.. arguments, "--resume"]);

        Assert.Equal(expected, resumed.WeightsSha256);
    }

    /// <remarks>As <c>timeout</c> sends it: to the process, and at once again to its group.</remarks>
    [SkippableTheory]
    [InlineData(Signal.Terminate, 143)]
    [InlineData(Signal.HangUp, 129)]
    public async Task Train_TerminatedTwiceAtOnce_EndsInGoodOrder(int sent, int exitCode)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "sends signals by their numbers on Linux");
        using var folder = new TemporaryFolder();
        using DistTrainCommand train = DistTrainCommand.Start(
            "train", Run, "--json", "--set", "training.epochs=100000", "--out", folder["out"]);
        await train.WaitForLineAsync(IsEpoch(1));

        for (int signal = 0; signal < 20; signal++)
        {
            Signal.Send(train.Process, sent);
        }

        CommandResult stopped = await train.EndAsync();
        Assert.Equal(exitCode, stopped.ExitCode);
        Assert.StartsWith("stopped after step ", stopped.Errors, StringComparison.Ordinal);
        Assert.Single(Directory.GetFiles(folder["out/checkpoints"]));
    }

    /// <remarks>As <c>nohup</c> starts it. Had the first signal stopped it, that would show in the exit code.</remarks>
    [SkippableFact]
    public async Task Train_StartedToOutliveItsTerminal_DoesNotEndWithIt()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "sends signals by their numbers on Linux");
        using var folder = new TemporaryFolder();
        using DistTrainCommand train = DistTrainCommand.StartInShell(
            "trap '' HUP", "train", Run, "--json", "--set", "training.epochs=100000", "--out", folder["out"]);
        await train.WaitForLineAsync(IsEpoch(1));

        Signal.Send(train.Process, Signal.HangUp);
        await train.WaitForLineAsync(IsEpoch(100));
        Signal.Send(train.Process, Signal.Terminate);

        Assert.Equal(143, (await train.EndAsync()).ExitCode);
    }

    [SkippableTheory]
    [InlineData("stopped before the training began\n", "train", Run, "--set", "data.file=PIPE")]
    [InlineData("stopped\n", "predict", "OUT", "--input", "PIPE")]
    [InlineData("stopped\n", "predict", "OUT", "--input", "PIPE", "--output", "OUT/new.csv")]
    public async Task Command_TerminatedWhileItWaitsForItsInput_Ends(string expected, params string[] arguments)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "sends SIGTERM by its number on Linux, and looks into /proc");
        using var folder = new TemporaryFolder();
        await DistTrainCommand.RunAsync("train", Run, "--quiet", "--set", "training.epochs=1", "--out", folder["out"]);
        string[] before = Directory.GetFiles(folder["out"]);
        string pipe = folder["pipe"];
        Process.Start("mkfifo", pipe).WaitForExit();
        using FileStream keptOpen = File.Open(pipe, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        using DistTrainCommand waiting = DistTrainCommand.Start(
        [
            .. arguments.Select(argument => argument
                .Replace("OUT", folder["out"], StringComparison.Ordinal).Replace("PIPE", pipe, StringComparison.Ordinal)),
        ]);
        while (!HasOpen(waiting.Process.Id, pipe))
        {
            await Task.Delay(10);
        }

        Signal.Send(waiting.Process, Signal.Terminate);

        CommandResult stopped = await waiting.EndAsync();
        Assert.Equal((143, expected), (stopped.ExitCode, stopped.Errors));
        Assert.Equal(before, Directory.GetFiles(folder["out"]));
    }

    [Fact]
    public async Task Status_OfARunningCluster_NamesItsWorkers()
    {
        using var folder = new TemporaryFolder();
        using DistTrainCommand coordinator = DistTrainCommand.Start(
            "coordinator", Run, "--listen", "127.0.0.1:0", "--min-workers", "2", "--json", "--out", folder["out"]);
        string address = (string)JsonNode.Parse(
            await coordinator.WaitForLineAsync(line => line.Contains("\"listening\"", StringComparison.Ordinal)))!["address"]!;
        using DistTrainCommand worker = StartWorker(address, folder);
        await coordinator.WaitForLineAsync(line => line.Contains("\"workerJoined\"", StringComparison.Ordinal));

        CommandResult table = await DistTrainCommand.RunAsync("status", address);
        CommandResult json = await DistTrainCommand.RunAsync("status", address, "--json");

        Assert.Equal(0, table.ExitCode);
        Assert.StartsWith("waiting: step 0 of 920, epoch 1, weights version 0\nwaiting for workers: 1 of 2 present", table.Output, StringComparison.Ordinal);
        JsonNode report = JsonNode.Parse(json.Output)!;
        Assert.Equal("waiting", (string)report["state"]!);
        string name = (string)Assert.Single((JsonArray)report["workers"]!)!["name"]!;
        JsonNode? joined = ((JsonArray)report["events"]!).SingleOrDefault(
            one => ((string)one!["text"]!).StartsWith($"worker 1 ({name}", StringComparison.Ordinal));
        Assert.True(joined is not null, json.Output);
        Assert.Contains((string)joined["text"]!, table.Output, StringComparison.Ordinal);
    }

    private static bool HasOpen(int process, string path) =>
        Directory.GetFiles($"/proc/{process}/fd").Any(file => new FileInfo(file).LinkTarget == path);

    private static DistTrainCommand StartWorker(string address, TemporaryFolder folder) =>
        DistTrainCommand.Start("worker", "--join", address, "--data-dir", folder["data"]);

    private static Func<string, bool> IsEpoch(int epoch) =>
        line => line.Contains($"\"event\":\"epoch\",\"epoch\":{epoch},", StringComparison.Ordinal);

    private static async Task<string> UndisturbedAsync()
    {
        using var folder = new TemporaryFolder();
        CommandResult result = await DistTrainCommand.RunAsync(
            "train", Run, "--json", "--set", Epochs, "--out", folder["out"]);
        return result.WeightsSha256;
    }

    /// <summary>The fourth field of /proc/PID/stat is the parent; the second may hold spaces, in parentheses.</summary>
    private static List<int> ChildrenOf(int parent)
    {
        List<int> children = [];
        foreach (string folder in Directory.GetDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out int id)
                && TryRead(Path.Combine(folder, "stat")) is { } stat
                && stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1] == $"{parent}")
            {
                children.Add(id);
            }
        }

        return children;
    }

    private static string? TryRead(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
