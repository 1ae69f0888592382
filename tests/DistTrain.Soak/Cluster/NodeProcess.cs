using System.Collections.Concurrent;
using System.Diagnostics;

namespace DistTrain.Soak;

/// <summary>One disttrain process: the built command, its lines, its end.</summary>
internal sealed class NodeProcess : IDisposable
{
    private readonly ConcurrentQueue<string> _lines = new();
    private bool _isDisposed;

    /// <param name="token">For DISTTRAIN_TOKEN; empty: none.</param>
    /// <param name="take">Takes each line of its standard output, on another thread.</param>
    public NodeProcess(IReadOnlyList<string> arguments, string token, Action<string>? take = null)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "disttrain"), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // A runtime that debuggers can attach to leaves its sockets in /tmp when it is killed.
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        start.Environment.Remove("DISTTRAIN_TOKEN");
        if (token.Length > 0)
        {
            start.Environment["DISTTRAIN_TOKEN"] = token;
        }

        Process = new Process { StartInfo = start };
        Process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is { } text)
            {
                Keep(text);
                take?.Invoke(text);
            }
        };
        Process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is { } text)
            {
                Keep(text);
            }
        };
        Process.Start();
        Process.BeginOutputReadLine();
        Process.BeginErrorReadLine();
    }

    public Process Process { get; }

    /// <summary>The last that it said, on either output.</summary>
    public string Said => string.Join('\n', _lines);

    /// <returns>Its exit code.</returns>
    /// <exception cref="TimeoutException">It did not end.</exception>
    public int WaitForEnd()
    {
        if (!Process.WaitForExit(ClusterLog.PatienceMax))
        {
            throw new TimeoutException($"{string.Join(' ', Process.StartInfo.ArgumentList)} does not end; it said:\n{Said}");
        }

        // The overload without a time also waits for the last lines.
        Process.WaitForExit();
        return Process.ExitCode;
    }

    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        if (!Process.HasExited)
        {
            Signal.Send(Process, Signal.Kill);
            Process.WaitForExit();
        }

        Process.Dispose();
    }

    private void Keep(string line)
    {
        _lines.Enqueue(line);
        if (_lines.Count > LinesKept)
        {
            _lines.TryDequeue(out _);
        }
    }

    private const int LinesKept = 20;
}
