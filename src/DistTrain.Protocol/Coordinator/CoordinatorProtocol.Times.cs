namespace DistTrain.Protocol;

/// <content>Waiting for workers, and when to look again.</content>
public sealed partial class CoordinatorProtocol
{
    private Instant? _waitingSince;
    private (int Present, int Needed)? _waitingSaid;

    private bool IsWaiting(out int needed)
    {
        needed = _phase == Phase.Computing ? 1 : WorkersNeeded();
        return _phase is Phase.Waiting or Phase.Computing && _crew.ReadyCount < needed;
    }

    private void MindWaiting()
    {
        if (_phase == Phase.Ended || !IsWaiting(out int needed))
        {
            _waitingSince = null;
            _waitingSaid = null;
            return;
        }

        int present = _crew.ReadyCount;
        _waitingSince ??= _now;
        if (_stopReason is not null)
        {
            End(RunEndKind.Stopped, _stopReason);
        }
        else if (Settings.Times.WaitForWorkersMax is TimeSpan most && _now - _waitingSince.Value >= most)
        {
            End(
                RunEndKind.Failed,
                $"waited {most.TotalSeconds:0.#} s for workers, {present} of {needed} present ({WhyWaiting()}); "
                + "start more workers and resume");
        }
        else if (_waitingSaid != (present, needed))
        {
            _waitingSaid = (present, needed);
            Notify(new Notice.WaitingForWorkers(present, needed, WhyWaiting()));
        }
    }

    private string WhyWaiting()
    {
        int loading = _crew.LoadingCount;
        string why = _crew.LastLoss
            ?? (loading > 0 ? "the run begins" : _crew.ReadyCount > 0 ? "no other has joined yet" : "none has joined yet");
        return loading > 0 ? $"{loading} loading; {why}" : why;
    }

    private Instant? FindDeadline()
    {
        if (_phase == Phase.Ended)
        {
            return null;
        }

        Instant? next = _crew.FindDeadline();
        if (_waitingSince is Instant since && Settings.Times.WaitForWorkersMax is TimeSpan most)
        {
            next = Earlier(next, since + most);
        }

        return next;
    }

    private static Instant? Earlier(Instant? left, Instant? right) =>
        left is null || right < left ? right ?? left : left;
}
