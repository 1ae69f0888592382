using System.Runtime.InteropServices;

namespace DistTrain.Cli;

/// <summary>
/// Ctrl-C, SIGTERM and SIGHUP: the first asks the run to end in good order, a later one ends the process at once.
/// </summary>
/// <remarks>
/// SIGHUP comes when the terminal is closed or its connection lost; under <c>nohup</c> the runtime leaves it
/// ignored.
/// Signals that come together are one request: <c>timeout</c>, for one, signals the process and then its whole group, and
/// a run that took the second for impatience would lose what it has not written yet.
/// </remarks>
internal sealed class Interrupt : IDisposable
{
    private const long NotAsked = -1;

    private static readonly TimeSpan OneRequest = TimeSpan.FromMilliseconds(500);

    /// <summary>What work may take to tidy up after a signal.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    /// <summary>For the last line, which goes to a terminal or pipe that perhaps nobody reads.</summary>
    private static readonly TimeSpan LastLine = TimeSpan.FromMilliseconds(200);

    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration _keyboard;
    private readonly PosixSignalRegistration _terminate;
    private readonly PosixSignalRegistration _hangUp;
    private long _askedAt = NotAsked;

    /// <param name="ignoreTerminal">A child gets its terminal's Ctrl-C and SIGHUP too, but its parent decides when it ends.</param>
    public Interrupt(bool ignoreTerminal = false)
    {
        _keyboard = PosixSignalRegistration.Create(PosixSignal.SIGINT, context =>
        {
            context.Cancel = true;
            if (!ignoreTerminal)
            {
                Ask(ExitCodes.Interrupted);
            }
        });
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            context.Cancel = true;
            Ask(ExitCodes.Terminated);
        });
        _hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true;
            if (!ignoreTerminal)
            {
                Ask(ExitCodes.HungUp);
            }
        });
    }

    public CancellationToken Stop => _stop.Token;

    /// <summary>Whether the first signal was Ctrl-C.</summary>
    public bool ByKeyboard => ExitCode == ExitCodes.Interrupted;

    /// <summary>Of a process that ended because it was asked to.</summary>
    public int ExitCode { get; private set; } = ExitCodes.Terminated;

    /// <summary>
    /// Runs work that may wait for something outside, as for a pipe that nobody writes to: a second after
    /// <see cref="Stop"/> it is left behind.
    /// </summary>
    /// <exception cref="OperationCanceledException">It was left behind, and the process should end; or it ended so itself.</exception>
    public async Task RunAsync(Action work)
    {
        Task running = Task.Run(work);
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using CancellationTokenRegistration registration = _stop.Token.Register(asked.SetResult);
        if (await Task.WhenAny(running, asked.Task).ConfigureAwait(false) == asked.Task)
        {
            await Task.WhenAny(running, Task.Delay(Grace, CancellationToken.None)).ConfigureAwait(false);
        }

        await (running.IsCompleted ? running : Task.FromCanceled(_stop.Token)).ConfigureAwait(false);
    }

    public void Dispose()
    {
        _keyboard.Dispose();
        _terminate.Dispose();
        _hangUp.Dispose();
        _stop.Dispose();
    }

    private void Ask(int exitCode)
    {
        long now = Environment.TickCount64;
        long before = Interlocked.CompareExchange(ref _askedAt, now, NotAsked);
        if (before == NotAsked)
        {
            ExitCode = exitCode;
            _stop.Cancel();
        }
        else if (now - before >= OneRequest.TotalMilliseconds)
        {
            Task.Run(static () => Console.Error.WriteLine("ended at once, as asked again")).Wait(LastLine);
            Environment.Exit(ExitCode);
        }
    }
}
