namespace DistTrain.Cli;

/// <summary>
/// Standard output of a command whose results are files, or work for others: where it cannot be written to (a full disk, a
/// closed descriptor), that is said once, and the work goes on. Standard error of every command, so.
/// </summary>
/// <param name="lost">Told once, why.</param>
internal sealed class TolerantWriter(TextWriter inner, Action<string> lost) : GuardedWriter(inner)
{
    private bool _isLost;

    protected override bool IsOpen => !_isLost;

    /// <summary>Makes standard output tolerant.</summary>
    public static void Install() => Console.SetOut(new TolerantWriter(Console.Out, static reason => Console.Error.WriteLine(
        $"standard output cannot be written to ({reason}); the work goes on without it")));

    /// <summary>Makes standard error tolerant: what it cannot take is dropped.</summary>
    public static void InstallForErrors() => Console.SetError(new TolerantWriter(Console.Error, static _ => { }));

    protected override void OnFailure(Exception error)
    {
        _isLost = true;
        lost(StandardOutput.ReasonOf(error));
    }
}
