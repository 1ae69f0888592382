namespace DistTrain.Protocol;

/// <content>What happens because time passes: silence, waiting, lateness.</content>
public sealed partial class CoordinatorProtocol
{
    /// <summary>No worker can be silent for too long before this; words only move the true moment back.</summary>
    private Instant? _silenceLookAt;

    private Instant? _waitingSince;
    private (int Present, int Needed)? _waitingSaid;

    /// <summary>
    /// An event that comes long after the deadline that was asked for shows that this process stood still (stopped, swapped
    /// out, starved). What the workers said meanwhile is still to be read, so nobody is judged by that time.
    /// </summary>
    private void ForgiveOwnPause()
    {
        if (_deadline is Instant deadline && _now - deadline > Settings.Times.SilenceMax / 2)
        {
            foreach (WorkerEntry worker in _roster.All)
            {
                worker.Forgive(_now, _now - deadline);
            }
        }
    }

    private bool IsWaiting(out int needed)
    {
        needed = _phase == Phase.Computing ? 1 : WorkersNeeded();
        return _phase is Phase.Waiting or Phase.Computing && _roster.ReadyCount < needed;
    }

    private void MindWaiting()
    {
        if (_phase == Phase.Ended || !IsWaiting(out int needed))
        {
            _waitingSince = null;
            _waitingSaid = null;
            return;
        }

        int present = _roster.ReadyCount;
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
        int loading = _roster.LoadingCount;
        string why = _lastLoss ?? (loading > 0 ? "the run begins" : "none has joined yet");
        return loading > 0 ? $"{loading} loading; {why}" : why;
    }

    private Instant? FindDeadline()
    {
        if (_phase == Phase.Ended)
        {
            return null;
        }

        Instant? next = null;
        if (_roster.All.Count > 0)
        {
            // A newcomer's silence ends later than any that was looked at, unless nothing was.
            _silenceLookAt ??= _roster.All.Min(worker => worker.LastWord) + Settings.Times.SilenceMax;
            next = _silenceLookAt;
        }

        if (_waitingSince is Instant since && Settings.Times.WaitForWorkersMax is TimeSpan most)
        {
            next = Earlier(next, since + most);
        }

        if (_phase == Phase.Computing && _round is not null && HasIdleWorker())
        {
            next = Earlier(next, Stragglers.NextLateAt(_roster.All, _round.Kind, _now));
        }

        return next;
    }

    private bool HasIdleWorker()
    {
        foreach (WorkerEntry worker in _roster.All)
        {
            if (worker.IsIdle)
            {
                return true;
            }
        }

        return false;
    }

    private static Instant? Earlier(Instant? left, Instant? right) =>
        left is null || right < left ? right ?? left : left;
}
