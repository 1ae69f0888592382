using System.Text;
using System.Text.Json;

namespace DistTrain.Soak;

/// <summary>Reads metrics.jsonl as it grows, a line for each applied update.</summary>
/// <remarks>It looks each millisecond: a run's steps are the one thing that its coordinator tells in no other way.</remarks>
internal sealed class StepFollower : IDisposable
{
    private readonly string _path;
    private readonly ClusterLog _log;
    private readonly ManualResetEvent _isEnding = new(false);
    private readonly Thread _thread;
    private readonly List<byte> _line = [];
    private readonly byte[] _buffer = new byte[1 << 16];
    private long _position;

    public StepFollower(string path, ClusterLog log)
    {
        _path = path;
        _log = log;
        _thread = new Thread(Follow) { IsBackground = true, Name = "step follower" };
        _thread.Start();
    }

    /// <summary>Reads what is left, then ends.</summary>
    public void Dispose()
    {
        if (_thread.IsAlive)
        {
            _isEnding.Set();
            _thread.Join();
            _isEnding.Dispose();
        }
    }

    private void Follow()
    {
        while (!_isEnding.WaitOne(LookEveryMs))
        {
            ReadOn();
        }

        ReadOn();
    }

    private void ReadOn()
    {
        if (!File.Exists(_path))
        {
            return;
        }

        using FileStream file = new(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (file.Length < _position)
        {
            // A resumed run writes the kept lines anew.
            _position = 0;
            _line.Clear();
        }

        file.Position = _position;
        for (int count = file.Read(_buffer); count > 0; count = file.Read(_buffer))
        {
            _position += count;
            foreach (byte letter in _buffer.AsSpan(0, count))
            {
                Take(letter);
            }
        }
    }

    private void Take(byte letter)
    {
        if (letter != (byte)'\n')
        {
            _line.Add(letter);
            return;
        }

        string line = Encoding.UTF8.GetString([.. _line]);
        _line.Clear();
        if (line.StartsWith("{\"kind\":\"step\"", StringComparison.Ordinal))
        {
            using JsonDocument document = JsonDocument.Parse(line);
            _log.AddStep(document.RootElement.GetProperty("step").GetInt64());
        }
    }

    private const int LookEveryMs = 1;
}
