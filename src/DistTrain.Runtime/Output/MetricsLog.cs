using System.Text;
using System.Text.Json;

namespace DistTrain.Runtime;

/// <summary>metrics.jsonl: one JSON object a line, in order. Each line stands in the file when the next one starts.</summary>
/// <remarks>
/// A line that the disk refuses is left out whole; the next one is tried again. What a resumed run keeps of the file replaces
/// it at once: a crash at that moment leaves the old one.
/// </remarks>
public sealed class MetricsLog : IDisposable
{
    private readonly string _path;
    private readonly Action<string> _complain;
    private FileStream? _file;
    private long _end;
    private bool _isFailing;

    /// <param name="stepsDone">Lines of later steps are dropped: the run that wrote them lost those steps. 0: a new file.</param>
    /// <param name="epochIsOpen">The epoch that ends with that step has its line still to come; one that is there goes.</param>
    /// <param name="complain">Told when the file cannot be written, once until it can again; training goes on.</param>
    public MetricsLog(string path, long stepsDone, bool epochIsOpen, Action<string> complain)
    {
        _path = path;
        _complain = complain;
        try
        {
            bool goesOn = stepsDone > 0 && File.Exists(path);
            if (goesOn)
            {
                string kept = string.Concat(
                    ReadLines(path).Where(line => IsKept(line, stepsDone, epochIsOpen)).Select(static line => line + "\n"));
                AtomicFile.Write(path, file => file.Write(Encoding.UTF8.GetBytes(kept)));
            }

            _file = new FileStream(
                path, goesOn ? FileMode.Open : FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
            _end = _file.Length;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Complain(error);
        }
    }

    /// <param name="kind">As in "step" or "epoch"; becomes the line's first property.</param>
    public void Write(string kind, object figures)
    {
        string properties = JsonSerializer.Serialize(figures, RuntimeJson.Line);
        Append($"{{\"kind\":\"{kind}\",{properties.AsSpan(1)}\n");
    }

    public void Dispose()
    {
        _file?.Dispose();
        _file = null;
    }

    /// <summary>UTF-8 whatever the first bytes are: a damaged one must not make another encoding of all that follow.</summary>
    private static IEnumerable<string> ReadLines(string path)
    {
        using var reader = new StreamReader(path, new UTF8Encoding(false), detectEncodingFromByteOrderMarks: false);
        while (reader.ReadLine() is { } line)
        {
            yield return line;
        }
    }

    private void Append(string text)
    {
        if (_file is null)
        {
            return;
        }

        byte[] bytes = Encoding.UTF8.GetBytes(text);
        try
        {
            _file.Position = _end;
            _file.Write(bytes);
            _end += bytes.Length;
            _isFailing = false;
        }
        catch (IOException error)
        {
            Complain(error);
            CutOff();
        }
    }

    /// <summary>Half a line must not stay.</summary>
    private void CutOff()
    {
        try
        {
            _file!.SetLength(_end);
        }
        catch (IOException)
        {
            // The next line is written over it; a reader passes over what is no JSON.
        }
    }

    private void Complain(Exception error)
    {
        if (!_isFailing)
        {
            _complain($"{_path} cannot be written ({error.Message.TrimEnd('.')}); training goes on, its lines are missing there");
        }

        _isFailing = true;
    }

    /// <summary>A line that was cut off is not.</summary>
    private static bool IsKept(string line, long stepsDone, bool epochIsOpen)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            long step = document.RootElement.GetProperty("step").GetInt64();
            bool isEpoch = document.RootElement.GetProperty("kind").GetString() == "epoch";
            return step < stepsDone || (step == stepsDone && !(isEpoch && epochIsOpen));
        }
        catch (Exception error) when (error
            is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return false;
        }
    }
}
