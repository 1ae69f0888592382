using System.Text;

namespace DistTrain.Cli;

/// <summary>A text output that may fail at any time: a full disk, a closed descriptor.</summary>
internal abstract class GuardedWriter(TextWriter inner) : TextWriter(inner.FormatProvider)
{
    public override Encoding Encoding => inner.Encoding;

    public override void Write(char value) => Try(() => inner.Write(value));

    public override void Write(char[] buffer, int index, int count) => Try(() => inner.Write(buffer, index, count));

    public override void Write(string? value) => Try(() => inner.Write(value));

    public override void WriteLine(string? value) => Try(() => inner.WriteLine(value));

    public override void Flush() => Try(inner.Flush);

    /// <summary>Whether there is still somebody to write to.</summary>
    protected virtual bool IsOpen => true;

    /// <param name="error">What kept it from being written.</param>
    protected abstract void OnFailure(Exception error);

    private void Try(Action write)
    {
        if (!IsOpen)
        {
            return;
        }

        try
        {
            write();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            OnFailure(error);
        }
    }
}
