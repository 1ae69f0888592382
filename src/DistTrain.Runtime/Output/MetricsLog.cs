using System.Text.Json;

namespace DistTrain.Runtime;

/// <summary>metrics.jsonl: one JSON object a line, in order. Each line stands on disk when the next one starts.</summary>
public sealed class MetricsLog : IDisposable
{
    private readonly Action<string> _complain;
    private StreamWriter? _writer;

    /// <param name="stepsDone">Lines of later steps are dropped: the run that wrote them lost those steps. 0: a new file.</param>
    /// <param name="complain">Told once when the file cannot be written; training goes on without it.</param>
    public MetricsLog(string path, long stepsDone, Action<string> complain)
    {
        _complain = complain;
        try
        {
            string[] kept = stepsDone > 0 && File.Exists(path)
                ? [.. File.ReadLines(path).Where(line => StepOf(line) <= stepsDone)]
                : [];
            _writer = new StreamWriter(path, append: false) { NewLine = "\n", AutoFlush = true };
            foreach (string line in kept)
            {
                _writer.WriteLine(line);
            }
        }
        catch (IOException error)
        {
            GiveUp(path, error);
        }
    }

    /// <param name="kind">As in "step" or "epoch"; becomes the line's first property.</param>
    public void Write(string kind, object figures)
    {
        if (_writer is null)
        {
            return;
        }

        try
        {
            string properties = JsonSerializer.Serialize(figures, RuntimeJson.Line);
            _writer.Write("{\"kind\":\"");
            _writer.Write(kind);
            _writer.Write("\",");
            _writer.WriteLine(properties.AsSpan(1));
        }
        catch (IOException error)
        {
            GiveUp("metrics.jsonl", error);
        }
    }

    public void Dispose()
    {
        try
        {
            _writer?.Dispose();
        }
        catch (IOException)
        {
            // A full disk was told of when a line could not be written.
        }

        _writer = null;
    }

    private void GiveUp(string path, IOException error)
    {
        _writer = null;
        _complain($"{path} cannot be written ({error.Message.TrimEnd('.')}); training goes on without it");
    }

    /// <returns>The line's step; none that is larger than all where the line was cut off.</returns>
    private static long StepOf(string line)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            return document.RootElement.GetProperty("step").GetInt64();
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return long.MaxValue;
        }
    }
}
