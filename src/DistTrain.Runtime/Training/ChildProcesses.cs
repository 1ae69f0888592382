using System.Diagnostics;
using System.Security.Cryptography;
using DistTrain.Runtime.Security;

namespace DistTrain.Runtime;

/// <summary>
/// Processes of a run on this machine under supervision: each is started, watched, started again with a growing pause when
/// it dies, and ended with the run. They hold the read end of a pipe whose write end only this process has, so none
/// outlives it, however it dies.
/// </summary>
internal sealed class ChildProcesses : IAsyncDisposable
{
    private readonly ProcessCommand _command;
    private readonly string _token;
    private readonly Action<string> _say;
    private readonly CancellationTokenSource _ending = new();
    private readonly Task[] _keepers;

    /// <param name="command">Null: this program.</param>
    /// <param name="token">Handed over by environment, where other users cannot read it.</param>
    /// <param name="say">Takes a line about a restart, or from a worker's standard error.</param>
    public ChildProcesses(
        ProcessCommand? command, string token, IEnumerable<ChildProcess> children, Action<string> say)
    {
        _command = command ?? ProcessCommand.OfThisProgram();
        _token = token;
        _say = say;
        _keepers = [.. children.Select(child => Task.Run(() => KeepAsync(child)))];
    }

    /// <summary>A token that nobody else knows, for one run.</summary>
    public static string NewToken() => Convert.ToHexString(RandomNumberGenerator.GetBytes(TokenBytes));

    /// <summary>Waits for the processes to end with the run; ends those that do not.</summary>
    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_keepers).ConfigureAwait(false);
        _ending.Dispose();
    }

    private async Task KeepAsync(ChildProcess child)
    {
        TimeSpan pause = PauseFirst;
        while (!_ending.IsCancellationRequested)
        {
            long startedAt = Stopwatch.GetTimestamp();
            using Process? process = await TryStartAsync(child).ConfigureAwait(false);
            if (process is not null)
            {
                await WatchAsync(process, child).ConfigureAwait(false);
            }

            if (_ending.IsCancellationRequested)
            {
                return;
            }

            TimeSpan lived = Stopwatch.GetElapsedTime(startedAt);
            pause = lived > LivedLong ? PauseFirst : pause;
            if (process is not null)
            {
                _say($"{child.What} ended ({DescribeExit(process)}); it is started again in {pause.TotalSeconds:0.0} s");
            }

            await Task.Delay(pause, _ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < PauseLast ? pause * 2 : PauseLast;
        }
    }

    private async Task<Process?> TryStartAsync(ChildProcess child)
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

        var start = new ProcessStartInfo(_command.Program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            CreateNoWindow = true,
        };
        foreach (string argument in _command.Arguments.Concat(own))
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment[ClusterToken.Variable] = _token;
        start.Environment.Remove(ClusterToken.FileVariable);
        try
        {
            return Process.Start(start);
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            _say($"{child.What} cannot be started ({start.FileName}: {error.Message})");
            return null;
        }
    }

    private async Task WatchAsync(Process worker, ChildProcess child)
    {
        Task relay = RelayAsync(worker.StandardError, line => _say($"{child.What}: {line}"));
        Task drain = RelayAsync(worker.StandardOutput, child.Output ?? (static _ => { }));
        try
        {
            await worker.WaitForExitAsync(_ending.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            await EndAsync(worker).ConfigureAwait(false);
        }

        await Task.WhenAll(relay, drain).ConfigureAwait(false);
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

    private static string DescribeExit(Process worker) => worker.ExitCode switch
    {
        > SignalBase and < SignalBase + SignalsMax => $"signal {worker.ExitCode - SignalBase}",
        int code => $"exit code {code}",
    };

    private const int TokenBytes = 32;
    private const int SignalBase = 128;
    private const int SignalsMax = 65;
    private static readonly TimeSpan PauseFirst = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan PauseLast = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LivedLong = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan EndTimeMax = TimeSpan.FromSeconds(3);
}
