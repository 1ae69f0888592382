using System.Diagnostics.CodeAnalysis;

namespace DistTrain.Protocol;

/// <summary>The connected workers in the order in which they came, and the names of those that misbehaved lately.</summary>
internal sealed class WorkerRoster
{
    private readonly Dictionary<WorkerId, WorkerEntry> _byId = [];
    private readonly List<WorkerEntry> _inOrder = [];
    private readonly Dictionary<string, (int Times, Instant WelcomeAt)> _misbehaved = [];

    public IReadOnlyList<WorkerEntry> All => _inOrder;

    public int ReadyCount => _inOrder.Count(worker => worker.IsReady);

    public int LoadingCount => _inOrder.Count(worker => worker.Stage == WorkerStage.Loading);

    public bool TryGet(WorkerId id, [NotNullWhen(true)] out WorkerEntry? worker) => _byId.TryGetValue(id, out worker);

    public WorkerEntry Add(WorkerId id, Instant now)
    {
        WorkerEntry worker = new(id, now);
        _byId.Add(id, worker);
        int place = _inOrder.FindLastIndex(other => other.Id.Value < id.Value) + 1;
        _inOrder.Insert(place, worker);
        return worker;
    }

    public void Remove(WorkerEntry worker)
    {
        _byId.Remove(worker.Id);
        _inOrder.Remove(worker);
    }

    /// <summary>Remembers a violation: whoever keeps failing waits longer each time, but is never shut out for ever.</summary>
    public void NoteViolation(string name, Instant now)
    {
        if (_misbehaved.Count >= NamesMax && !_misbehaved.ContainsKey(name))
        {
            _misbehaved.Clear();
        }

        int times = _misbehaved.TryGetValue(name, out (int Times, Instant WelcomeAt) before)
            && now - before.WelcomeAt < ForgottenAfter
            ? Math.Min(before.Times + 1, TimesMax)
            : 1;
        _misbehaved[name] = (times, now + (FirstBackOff * Math.Pow(2, times - 1)));
    }

    /// <summary>How long a worker of this name has to stay away yet; null: it is welcome.</summary>
    public TimeSpan? BackOff(string name, Instant now) =>
        _misbehaved.TryGetValue(name, out (int Times, Instant WelcomeAt) entry) && entry.WelcomeAt > now
            ? entry.WelcomeAt - now
            : null;

    private const int NamesMax = 1024;

    private const int TimesMax = 8;

    private static readonly TimeSpan FirstBackOff = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan ForgottenAfter = TimeSpan.FromMinutes(5);
}
