using System.Diagnostics;
using System.Text.Json;

namespace DistTrain.Soak;

/// <summary>What a coordinator told, each thing with the moment at which it was seen; and waiting for it.</summary>
internal sealed class ClusterLog
{
    /// <summary>Far above what anything here takes; a hang fails instead of standing for ever.</summary>
    public static readonly TimeSpan PatienceMax = TimeSpan.FromMinutes(3);

    private readonly object _gate = new();
    private readonly List<Notice> _notices = [];
    private readonly List<Step> _steps = [];
    private string? _address;
    private JsonElement? _summary;
    private string? _end;

    /// <param name="Stamp">Of <see cref="Stopwatch"/>.</param>
    /// <param name="Kind">workerJoined, workerLost, workerLeft, workerRefused, waitingForWorkers, shardsRepeated.</param>
    /// <param name="Name">Of the worker; empty where the notice names none.</param>
    public sealed record Notice(long Stamp, string Kind, string Name, string Text);

    /// <param name="Number">Updates applied, this one included.</param>
    public readonly record struct Step(long Stamp, long Number);

    /// <summary>All steps that were seen, repetitions after a coordinator's death included.</summary>
    public IReadOnlyList<Step> Steps
    {
        get
        {
            lock (_gate)
            {
                return [.. _steps];
            }
        }
    }

    public IReadOnlyList<Notice> Notices
    {
        get
        {
            lock (_gate)
            {
                return [.. _notices];
            }
        }
    }

    public long StepNow
    {
        get
        {
            lock (_gate)
            {
                return _steps.Count == 0 ? 0 : _steps[^1].Number;
            }
        }
    }

    public JsonElement? Summary => _summary;

    public void AddStep(long number)
    {
        lock (_gate)
        {
            _steps.Add(new Step(Stopwatch.GetTimestamp(), number));
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Takes a line of a coordinator's --json output.</summary>
    public void AddLine(string line)
    {
        long stamp = Stopwatch.GetTimestamp();
        using JsonDocument document = JsonDocument.Parse(line);
        JsonElement root = document.RootElement;
        lock (_gate)
        {
            switch (root.GetProperty("event").GetString())
            {
                case "listening":
                    _address = root.GetProperty("address").GetString();
                    break;
                case "notice":
                    string name = root.TryGetProperty("name", out JsonElement called) ? called.GetString()! : "";
                    _notices.Add(new Notice(
                        stamp, root.GetProperty("kind").GetString()!, name, root.GetProperty("text").GetString()!));
                    break;
                case "message":
                    _notices.Add(new Notice(stamp, "message", "", root.GetProperty("text").GetString()!));
                    break;
                case "summary":
                    _summary = root.Clone();
                    break;
            }

            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>The coordinator's process is gone; whoever waits for it waits in vain.</summary>
    public void CoordinatorEnded(string said)
    {
        lock (_gate)
        {
            _end = said;
            Monitor.PulseAll(_gate);
        }
    }

    public string WaitForAddress()
    {
        WaitUntil("the coordinator listens", () => _address is not null);
        string address = _address!;
        _address = null;
        return address;
    }

    /// <returns>The first step of at least this number.</returns>
    public Step WaitForStep(long number)
    {
        Step found = default;
        WaitUntil($"step {number}", () => TryFind(_steps, step => step.Number >= number, out found));
        return found;
    }

    /// <returns>The first update that was applied after a moment.</returns>
    public Step WaitForStepAfter(long stamp)
    {
        Step found = default;
        WaitUntil("another step", () => TryFind(_steps, step => step.Stamp > stamp, out found));
        return found;
    }

    /// <summary>Waits until what is wanted is among the notices.</summary>
    public Notice WaitForNotice(string what, Func<Notice, bool> isWanted)
    {
        Notice? found = null;
        WaitUntil(what, () => TryFind(_notices, isWanted, out found));
        return found!;
    }

    public Notice WaitForWorker(string kind, string name) => WaitForNotice(
        $"{kind} of {name}", notice => notice.Kind == kind && notice.Name == name);

    public bool Has(string kind, string name)
    {
        lock (_gate)
        {
            return _notices.Exists(notice => notice.Kind == kind && notice.Name == name);
        }
    }

    private void WaitUntil(string what, Func<bool> isThere)
    {
        long start = Stopwatch.GetTimestamp();
        lock (_gate)
        {
            while (!isThere())
            {
                TimeSpan left = PatienceMax - Stopwatch.GetElapsedTime(start);
                if (_end is not null || left <= TimeSpan.Zero || !Monitor.Wait(_gate, left))
                {
                    string newest = string.Join('\n', _notices.TakeLast(20).Select(notice => notice.Text));
                    long step = _steps.Count == 0 ? 0 : _steps[^1].Number;
                    throw new TimeoutException(
                        $"waited in vain for {what}; the newest step is {step}; the coordinator {_end ?? "lives"}; "
                        + $"the newest notices:\n{newest}");
                }
            }
        }
    }

    /// <remarks>From the newest on back, as what is waited for came last; the first of several that fit.</remarks>
    private static bool TryFind<T>(List<T> all, Func<T, bool> isWanted, out T found)
    {
        int index = all.Count;
        bool isFound = false;
        while (index > 0 && isWanted(all[index - 1]))
        {
            index--;
            isFound = true;
        }

        if (!isFound)
        {
            index = all.FindIndex(item => isWanted(item));
        }

        found = index >= 0 && index < all.Count ? all[index] : default!;
        return index >= 0 && index < all.Count;
    }
}
