using System.Text;

namespace DistTrain.Cli;

/// <summary>
/// Standard output of a command whose results are files, or work for others: where it cannot be written to (a full disk, a
/// closed descriptor), that is said once, and the work goes on.
/// </summary>
/// <param name="lost">Told once, why.</param>
internal sealed class TolerantWriter(TextWriter inner, Action<string> lost) : TextWriter(inner.FormatProvider)
{
    private bool _isLost;

    public override Encoding Encoding => inner.Encoding;

    /// <summary>Makes both outputs of this process tolerant. What standard error cannot take is dropped.</summary>
    public static void Install()
    {
        Console.SetError(new TolerantWriter(Console.Error, static _ => { }));
        Console.SetOut(new TolerantWriter(Console.Out, static reason => Console.Error.WriteLine(
            $"standard output cannot be written to ({reason}); the work goes on without it")));
    }

    public override void Write(char value) => Try(() => inner.Write(value));

    public override void Write(char[] buffer, int index, int count) => Try(() => inner.Write(buffer, index, count));

    public override void Write(string? value) => Try(() => inner.Write(value));

    public override void WriteLine(string? value) => Try(() => inner.WriteLine(value));

    public override void Flush() => Try(inner.Flush);

    private void Try(Action write)
    {
        if (_isLost)
        {
            return;
        }

        try
        {
            write();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            _isLost = true;
            lost(error.Message.TrimEnd('.'));
        }
    }
}
