using System.Runtime.InteropServices;

namespace DistTrain.Cli;

/// <summary>
/// Ctrl-C and SIGTERM: the first asks the run to end in good order, a second one ends the process at once.
/// </summary>
internal sealed class Interrupt : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration _keyboard;
    private readonly PosixSignalRegistration _terminate;

    /// <param name="ignoreKeyboard">A child gets its terminal's Ctrl-C too, but its parent decides when it ends.</param>
    public Interrupt(bool ignoreKeyboard = false)
    {
        _keyboard = PosixSignalRegistration.Create(PosixSignal.SIGINT, context =>
        {
            context.Cancel = true;
            if (!ignoreKeyboard)
            {
                EndAtOnceIfAskedAgain();
                ByKeyboard = true;
                _stop.Cancel();
            }
        });
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            context.Cancel = true;
            EndAtOnceIfAskedAgain();
            _stop.Cancel();
        });
    }

    public CancellationToken Stop => _stop.Token;

    public bool ByKeyboard { get; private set; }

    public void Dispose()
    {
        _keyboard.Dispose();
        _terminate.Dispose();
        _stop.Dispose();
    }

    private void EndAtOnceIfAskedAgain()
    {
        if (_stop.IsCancellationRequested)
        {
            Environment.Exit(ExitCodes.Interrupted);
        }
    }
}
