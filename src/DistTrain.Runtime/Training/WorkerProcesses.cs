using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Reflection;
using System.Security.Cryptography;
using DistTrain.Runtime.Security;

namespace DistTrain.Runtime;

/// <summary>
/// Worker processes of this machine under supervision: each is started, watched, started again with a growing pause when
/// it dies, and ended with the run. They hold the read end of a pipe whose write end only this process has, so none
/// outlives it, however it dies.
/// </summary>
internal sealed class WorkerProcesses : IAsyncDisposable
{
    private readonly ProcessCommand _command;
    private readonly IPEndPoint _coordinator;
    private readonly string _token;
    private readonly int _threads;
    private readonly Action<string> _say;
    private readonly CancellationTokenSource _ending = new();
    private readonly Task[] _keepers;

    /// <param name="command">Null: this program.</param>
    /// <param name="token">Handed over by environment, where other users cannot read it.</param>
    /// <param name="say">Takes a line about a restart, or from a worker's standard error.</param>
    public WorkerProcesses(
        ProcessCommand? command, IPEndPoint coordinator, string token, int workers, int threads, Action<string> say)
    {
        _command = command ?? ThisProgram();
        _coordinator = coordinator;
        _token = token;
        _threads = threads;
        _say = say;
        _keepers = [.. Enumerable.Range(1, workers).Select(number => Task.Run(() => KeepAsync(number)))];
    }

    /// <summary>A token that nobody else knows, for one run.</summary>
    public static string NewToken() => Convert.ToHexString(RandomNumberGenerator.GetBytes(TokenBytes));

    /// <summary>Waits for the workers to end with the run; ends those that do not.</summary>
    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_keepers).ConfigureAwait(false);
        _ending.Dispose();
    }

    private async Task KeepAsync(int number)
    {
        TimeSpan pause = PauseFirst;
        while (!_ending.IsCancellationRequested)
        {
            long startedAt = Stopwatch.GetTimestamp();
            using Process? worker = TryStart(number);
            if (worker is not null)
            {
                await WatchAsync(worker, number).ConfigureAwait(false);
            }

            if (_ending.IsCancellationRequested)
            {
                return;
            }

            TimeSpan lived = Stopwatch.GetElapsedTime(startedAt);
            pause = lived > LivedLong ? PauseFirst : pause;
            if (worker is not null)
            {
                _say($"worker process {number} ended ({DescribeExit(worker)}); it is started again in {pause.TotalSeconds:0.0} s");
            }

            await Task.Delay(pause, _ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < PauseLast ? pause * 2 : PauseLast;
        }
    }

    private Process? TryStart(int number)
    {
        var start = new ProcessStartInfo(_command.Program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            CreateNoWindow = true,
        };
        string[] own =
        [
            "worker", "--join", _coordinator.ToString(), "--threads", _threads.ToString(CultureInfo.InvariantCulture),
            "--name", $"process {number}", "--end-with-stdin",
        ];
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
            _say($"worker process {number} cannot be started ({start.FileName}: {error.Message})");
            return null;
        }
    }

    private async Task WatchAsync(Process worker, int number)
    {
        Task relay = RelayAsync(worker.StandardError, line => _say($"worker process {number}: {line}"));
        Task drain = RelayAsync(worker.StandardOutput, static _ => { });
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

    /// <summary>This program again: its own executable, or dotnet with its assembly where it runs so.</summary>
    private static ProcessCommand ThisProgram()
    {
        string program = Environment.ProcessPath
            ?? throw new TrainingException("this program does not know its own path; name the worker program");
        bool isHost = Path.GetFileNameWithoutExtension(program).Equals("dotnet", StringComparison.OrdinalIgnoreCase);
        string? assembly = Assembly.GetEntryAssembly()?.Location;
        return new ProcessCommand(program, isHost && !string.IsNullOrEmpty(assembly) ? [assembly] : []);
    }

    private const int TokenBytes = 32;
    private const int SignalBase = 128;
    private const int SignalsMax = 65;
    private static readonly TimeSpan PauseFirst = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan PauseLast = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LivedLong = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan EndTimeMax = TimeSpan.FromSeconds(3);
}
