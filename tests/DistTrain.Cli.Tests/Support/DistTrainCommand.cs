using System.Collections.Immutable;
using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;

namespace DistTrain.Cli.Tests;

/// <summary>Runs the built command as a process of its own, as a user would.</summary>
internal sealed class DistTrainCommand : IDisposable
{
    /// <summary>Far above what any command here takes; a hang fails the test instead of the build.</summary>
    private static readonly TimeSpan TimeMax = TimeSpan.FromMinutes(3);

    private readonly StringBuilder _output = new();
    private readonly StringBuilder _errors = new();
    private readonly Lock _lock = new();
    private readonly List<(Func<string, bool> IsWanted, TaskCompletionSource<string> Found)> _waits = [];

    /// <param name="before">A command that gets the program and its arguments as its last ones; empty: none.</param>
    private DistTrainCommand(
        IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment, params string[] before)
    {
        string[] whole = [.. before, Path.Combine(AppContext.BaseDirectory, "disttrain"), .. arguments];
        (string file, string[] all) = (whole[0], whole[1..]);
        var start = new ProcessStartInfo(file, all)
        {
            WorkingDirectory = Repository.Root,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // A runtime that debuggers can attach to leaves its sockets in /tmp when it is killed.
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        Process = new Process { StartInfo = start };
        Process.OutputDataReceived += (_, line) => Take(_output, line.Data);
        Process.ErrorDataReceived += (_, line) => Take(_errors, line.Data);
        Process.Start();
        Process.BeginOutputReadLine();
        Process.BeginErrorReadLine();
    }

    public Process Process { get; }

    public static DistTrainCommand Start(params string[] arguments) =>
        new(arguments, ImmutableDictionary<string, string>.Empty);

    public static DistTrainCommand Start(IReadOnlyDictionary<string, string> environment, params string[] arguments) =>
        new(arguments, environment);

    /// <summary>On a host of its own: with the interfaces and routes of that network namespace alone.</summary>
    public static DistTrainCommand StartIn(string networkNamespace, params string[] arguments) =>
        new(arguments, ImmutableDictionary<string, string>.Empty, "ip", "netns", "exec", networkNamespace);

    /// <summary>In a shell that first does something to itself, as in <c>ulimit -v 4000000</c>, or <c>exec >/dev/full</c>.</summary>
    public static DistTrainCommand StartInShell(string first, params string[] arguments) =>
        new(arguments, ImmutableDictionary<string, string>.Empty, "sh", "-c", $"{first}; exec \"$@\"", "sh");

    /// <inheritdoc cref="StartInShell"/>
    public static async Task<CommandResult> RunInShellAsync(string first, params string[] arguments)
    {
        using DistTrainCommand command = StartInShell(first, arguments);
        command.Process.StandardInput.Close();
        return await command.EndAsync();
    }

    public static Task<CommandResult> RunAsync(params string[] arguments) =>
        RunAsync(arguments, ImmutableDictionary<string, string>.Empty);

    public static async Task<CommandResult> RunAsync(
        IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment, string? input = null)
    {
        using var command = new DistTrainCommand(arguments, environment);
        if (input is not null)
        {
            await command.Process.StandardInput.WriteAsync(input);
        }

        command.Process.StandardInput.Close();
        return await command.EndAsync();
    }

    /// <summary>The first line, on either output, that is wanted; past ones count.</summary>
    public Task<string> WaitForLineAsync(Func<string, bool> isWanted) => WaitForLineAsync(isWanted, occurrence: 1);

    /// <param name="occurrence">1: the first line that is wanted, 2: the second, and so on.</param>
    public Task<string> WaitForLineAsync(Func<string, bool> isWanted, int occurrence)
    {
        var found = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            string[] past = [.. (_output.ToString() + _errors).Split('\n').Where(isWanted)];
            if (past.Length >= occurrence)
            {
                return Task.FromResult(past[occurrence - 1]);
            }

            int missing = occurrence - past.Length;
            _waits.Add((line => isWanted(line) && --missing == 0, found));
        }

        return WaitAsync(found.Task);
    }

    /// <summary>The first line that is wanted, on either output, of those to come.</summary>
    public Task<string> WaitForNextLineAsync(Func<string, bool> isWanted)
    {
        var found = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            _waits.Add((isWanted, found));
        }

        return WaitAsync(found.Task);
    }

    private async Task<string> WaitAsync(Task<string> found)
    {
        try
        {
            return await found.WaitAsync(TimeMax);
        }
        catch (TimeoutException)
        {
            lock (_lock)
            {
                throw new TimeoutException($"the line did not come within {TimeMax}:\n{_output}\n{_errors}");
            }
        }
    }

    public async Task<CommandResult> EndAsync()
    {
        using var limit = new CancellationTokenSource(TimeMax);
        try
        {
            await Process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException(
                $"disttrain {string.Join(' ', Process.StartInfo.ArgumentList)} took more than {TimeMax}:\n{_output}\n{_errors}");
        }

        return new CommandResult(Process.ExitCode, _output.ToString(), _errors.ToString());
    }

    public void Dispose()
    {
        if (!Process.HasExited)
        {
            Process.Kill(entireProcessTree: true);
            Process.WaitForExit();
        }

        Process.Dispose();
    }

    private void Take(StringBuilder all, string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_lock)
        {
            all.Append(line).Append('\n');
            foreach ((_, TaskCompletionSource<string> found) in _waits.Where(wait => wait.IsWanted(line)))
            {
                found.TrySetResult(line);
            }
        }
    }
}

/// <summary>How a command ended.</summary>
internal sealed record CommandResult(int ExitCode, string Output, string Errors)
{
    /// <summary>The events that --json printed.</summary>
    public IReadOnlyList<JsonObject> Events =>
        [.. Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => (JsonObject)JsonNode.Parse(line)!)];

    /// <summary>The last event, which must be a completed run's summary.</summary>
    public JsonObject Summary
    {
        get
        {
            Assert.True(ExitCode == 0, $"exit code {ExitCode}:\n{Output}\n{Errors}");
            JsonObject last = Events[^1];
            Assert.Equal("summary", (string)last["event"]!);
            return last;
        }
    }

    public string WeightsSha256 => (string)Summary["weightsSha256"]!;
}
