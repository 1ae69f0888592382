namespace DistTrain.Runtime;

/// <summary>
/// Tells when standard input ends. A parent holds the other end of the pipe and writes nothing: however the parent dies,
/// by SIGKILL too, the system closes the pipe, on every operating system.
/// </summary>
internal sealed class StandardInputWatch : IDisposable
{
    private volatile bool _isDisposed;

    /// <param name="ended">Called once, on a thread of its own.</param>
    public StandardInputWatch(Action ended)
    {
        var thread = new Thread(() =>
        {
            using Stream input = Console.OpenStandardInput();
            byte[] ignored = new byte[64];
            try
            {
                while (input.Read(ignored) > 0)
                {
                }
            }
            catch (IOException)
            {
                // As good as its end.
            }

            if (!_isDisposed)
            {
                ended();
            }
        })
        {
            IsBackground = true,
            Name = "standard input watch",
        };
        thread.Start();
    }

    public void Dispose() => _isDisposed = true;
}
