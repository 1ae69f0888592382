using System.Diagnostics;
using System.Security.Cryptography;
using DistTrain.Runtime.Security;

namespace DistTrain.Runtime;

/// <summary>
/// Processes of a run on this machine under supervision: each is started, watched, started again by the rule of
/// <see cref="Restarts"/> when it dies, and ended with the run. They hold the read end of a pipe whose write end only this
/// process has, so none outlives it, however it dies.
/// </summary>
internal sealed class ChildProcesses : IAsyncDisposable
{
    private readonly ProcessCommand _command;
    private readonly string _token;
    private readonly Supervision _supervision;
    private readonly CancellationTokenSource _ending = new();
    private readonly Task[] _keepers;
    private int _workersKept;

    /// <param name="command">Null: this program.</param>
    /// <param name="token">Handed over by environment, where other users cannot read it.</param>
    public ChildProcesses(
        ProcessCommand? command, string token, IEnumerable<ChildProcess> children, Supervision supervision)
    {
        ChildProcess[] all = [.. children];
        _command = command ?? ProcessCommand.OfThisProgram();
        _token = token;
        _supervision = supervision;
        _workersKept = all.Count(static child => child.IsWorker);
        _keepers = [.. all.Select(child => Task.Run(() => KeepAsync(child)))];
    }

    /// <summary>Done when no process is left and none is started any more.</summary>
    public Task Ended => Task.WhenAll(_keepers);

    /// <summary>A token that nobody else knows, for one run.</summary>
    public static string NewToken() => Convert.ToHexString(RandomNumberGenerator.GetBytes(TokenBytes));

    /// <summary>Waits for the processes to end with the run; ends those that do not.</summary>
    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync().ConfigureAwait(false);
        await Ended.ConfigureAwait(false);
        _ending.Dispose();
    }

    private bool IsOver => _ending.IsCancellationRequested || _supervision.Over.IsCompleted;

    private async Task KeepAsync(ChildProcess child)
    {
        var lives = new RestartCount(_supervision.Restarts);
        while (!IsOver)
        {
            long startedAt = Stopwatch.GetTimestamp();
            ProcessEnd? end = await TryLiveAsync(child).ConfigureAwait(false);
            if (end is null || IsOver)
            {
                return;
            }

            if (lives.Next(Stopwatch.GetElapsedTime(startedAt), end.HasWorked, end.HasFailed) is not { } pause)
            {
                Leave(child, end);
                return;
            }

            _supervision.Say($"{child.What} {end.What}; it is started again in {pause.TotalSeconds:0.0} s");
            using var over = CancellationTokenSource.CreateLinkedTokenSource(_ending.Token);
            await Task.WhenAny(Task.Delay(pause, over.Token), _supervision.Over).ConfigureAwait(false);
            await over.CancelAsync().ConfigureAwait(false);
        }
    }

    private void Leave(ChildProcess child, ProcessEnd end)
    {
        if (child.IsWorker && Interlocked.Decrement(ref _workersKept) == 0)
        {
            _supervision.GiveUp($"no worker is left: {child.What} {end.What}{(end.LastWords.Length > 0 ? $": {end.LastWords}" : "")}");
        }
        else
        {
            _supervision.Say($"{child.What} {end.What}; it is not started again");
        }

        child.GivenUp?.Invoke();
    }

    /// <summary>Whatever goes wrong around a process is its failure: a keeper that ended by it would leave the run waiting.</summary>
    private async Task<ProcessEnd?> TryLiveAsync(ChildProcess child)
    {
        try
        {
            return await LiveAsync(child).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever a system that runs out of something throws.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            return new ProcessEnd(
                $"cannot be kept ({failure.Message.TrimEnd('.')})", HasWorked: false, HasFailed: true, "");
        }
    }

    /// <returns>Null: the run ends.</returns>
    private async Task<ProcessEnd?> LiveAsync(ChildProcess child)
    {
        IReadOnlyList<string> own;
        try
        {
            own = await child.Arguments(_ending.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return null;
        }

        Process started;
        try
        {
            started = Start(own);
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            string why = !OperatingSystem.IsWindows() && error.NativeErrorCode == OpenFileLimit.TooManyOpenFiles
                ? $"no more files can be opened; raise the limit, as in {OpenFileLimit.Remedy}"
                : $"{_command.Program}: {error.Message}";
            return new ProcessEnd($"cannot be started ({why})", HasWorked: false, HasFailed: true, "");
        }

        using Process process = started;
        (bool hasWorked, string lastWords) = await WatchAsync(process, child).ConfigureAwait(false);
        return new ProcessEnd(
            $"ended ({DescribeExit(process.ExitCode)})", hasWorked, process.ExitCode is not (0 or Interrupted or Terminated),
            lastWords);
    }

    private Process Start(IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(_command.Program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            CreateNoWindow = true,
        };
        foreach (string argument in _command.Arguments.Concat(arguments))
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment[ClusterToken.Variable] = _token;
        start.Environment.Remove(ClusterToken.FileVariable);
        return Process.Start(start)!;
    }

    /// <returns>Whether it said that it delivered something; the last line of its standard error, empty where it wrote none.</returns>
    private async Task<(bool HasWorked, string LastWords)> WatchAsync(Process worker, ChildProcess child)
    {
        string lastWords = "";
        bool hasWorked = false;
        Task relay = RelayAsync(worker.StandardError, line =>
        {
            lastWords = line;
            _supervision.Say($"{child.What}: {line}");
        });
        Task drain = RelayAsync(worker.StandardOutput, line =>
        {
            hasWorked |= line == ChildReport.Delivered;
            child.Output?.Invoke(line);
        });
        try
        {
            await worker.WaitForExitAsync(_ending.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            await EndAsync(worker).ConfigureAwait(false);
        }

        await Task.WhenAll(relay, drain).ConfigureAwait(false);
        return (hasWorked, lastWords);
    }

    /// <summary>A worker ends by itself when the run does; one that is stuck or stopped is killed.</summary>
    private static async Task EndAsync(Process worker)
    {
        using var patience = new CancellationTokenSource(EndTimeMax);
        try
        {
            worker.StandardInput.Close();
            await worker.WaitForExitAsync(patience.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (error is OperationCanceledException or IOException)
        {
            worker.Kill(entireProcessTree: true);
            await worker.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }

    private static async Task RelayAsync(StreamReader output, Action<string> take)
    {
        try
        {
            while (await output.ReadLineAsync().ConfigureAwait(false) is { } line)
            {
                if (line.Length > 0)
                {
                    take(line);
                }
            }
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            // The process is gone.
        }
    }

    private static string DescribeExit(int code) => code is > SignalBase and < SignalBase + SignalsMax
        ? $"signal {code - SignalBase}"
        : $"exit code {code}";

    /// <param name="What">Goes on from the process's name.</param>
    private sealed record ProcessEnd(string What, bool HasWorked, bool HasFailed, string LastWords);

    private const int TokenBytes = 32;
    private const int SignalBase = 128;
    private const int SignalsMax = 65;

    /// <summary>SIGINT and SIGTERM.</summary>
    private const int Interrupted = SignalBase + 2;
    private const int Terminated = SignalBase + 15;
    private static readonly TimeSpan EndTimeMax = TimeSpan.FromSeconds(3);
}
