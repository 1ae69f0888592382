namespace DistTrain.Protocol;

/// <content>Who takes part: admission, departure, silence.</content>
internal sealed partial class Crew
{
    /// <summary>Why the last worker went; null while none did.</summary>
    public string? LastLoss { get; private set; }

    /// <summary>Workers that died, fell silent or were refused after they took part.</summary>
    public int WorkersLost { get; private set; }

    /// <summary>Every worker has to come again, or to find another node.</summary>
    public void SendAllAway(string reason)
    {
        while (_roster.All.Count > 0)
        {
            RefuseForNow(_roster.All[^1], reason);
        }
    }

    /// <summary>The run is over: every worker is told, and may go.</summary>
    public void StopAll(string reason, bool failed)
    {
        foreach (WorkerEntry worker in _roster.All)
        {
            Send(worker, new CoordinatorMessage.Stop(Settings.Term, reason, failed));
        }
    }

    private void WorkerConnected(WorkerId id)
    {
        if (!_roster.TryGet(id, out _))
        {
            _roster.Add(id, _now);
        }
    }

    private void MessageArrived(WorkerId id, WorkerMessage message)
    {
        if (!_roster.TryGet(id, out WorkerEntry? worker))
        {
            return;
        }

        worker.LastWord = _now;
        if (worker.Stage == WorkerStage.Silent && message is not (WorkerMessage.Hello or WorkerMessage.Unfit))
        {
            Violate(worker, $"sent a {message.GetType().Name} as its first message, expected a Hello");
            return;
        }

        switch (message)
        {
            case WorkerMessage.Hello hello when worker.Stage == WorkerStage.Silent:
                Greet(worker, hello);
                break;
            case WorkerMessage.Ready ready when ready.Term == Settings.Term && worker.Stage == WorkerStage.Loading:
                Admit(worker, ready);
                break;
            case WorkerMessage.Heartbeat heartbeat when heartbeat.Term == Settings.Term:
                Send(worker, new CoordinatorMessage.Heartbeat(Settings.Term, Number));
                break;
            case WorkerMessage.NotFinite notFinite when notFinite.Term == Settings.Term:
                NotFinite(worker, notFinite);
                break;
            case WorkerMessage.Leaving leaving when leaving.Term == Settings.Term:
                Leave(worker, leaving.Reason);
                break;
            case WorkerMessage.Superseded superseded when superseded.Term == Settings.Term:
                _lead.Superseded(worker, superseded.Newer);
                break;
            case WorkerMessage.Unfit unfit:
                Refuse(worker, $"{Called(worker)} cannot take part: {unfit.Reason}", null);
                break;
            case WorkerMessage.PartialSum:
                Violate(worker, "sent the header of a sum without the sum");
                break;
        }
    }

    private void Greet(WorkerEntry worker, WorkerMessage.Hello hello)
    {
        if (hello.ProtocolVersion != ProtocolVersions.Current)
        {
            RefuseForGood(
                worker,
                $"{worker.Id} speaks protocol version {hello.ProtocolVersion}, this coordinator version "
                + $"{ProtocolVersions.Current}; run the same version of DistTrain everywhere");
            return;
        }

        worker.Name = hello.Name;
        worker.Threads = Math.Clamp(hello.Threads, 1, MessageLimits.ThreadsMax);
        if (_lead.SendsAwayBecause is string elsewhere)
        {
            RefuseForNow(worker, elsewhere);
        }
        else if (_lead.HasEnded)
        {
            Send(worker, new CoordinatorMessage.Stop(Settings.Term, "the run has ended", Failed: false));
        }
        else if (_roster.BackOff(hello.Name, _now) is TimeSpan rest)
        {
            RefuseForNow(
                worker, $"{Called(worker)} was refused lately; it is welcome again in {rest.TotalSeconds:0.0} s");
        }
        else
        {
            worker.Stage = WorkerStage.Loading;
            Send(worker, new CoordinatorMessage.Welcome(
                worker.Id, Settings.Term, Settings.RunJson, Settings.RunHash, Settings.DataHash, Settings.DataFile));
        }
    }

    private void Admit(WorkerEntry worker, WorkerMessage.Ready ready)
    {
        bool isCompared = Settings.Canary != Canary.StrangersAdmitted;
        if (isCompared && ready.RunHash != Settings.RunHash)
        {
            RefuseForGood(
                worker,
                $"{Called(worker)} loaded a run file with the hash {Short(ready.RunHash)}, this run's is "
                + $"{Short(Settings.RunHash)}; start it without a run file of its own, with this version of DistTrain");
        }
        else if (isCompared && ready.DataHash != Settings.DataHash)
        {
            RefuseForGood(
                worker,
                $"{Called(worker)} has data with the hash {Short(ready.DataHash)}, this run trains on "
                + $"{Short(Settings.DataHash)}; delete the worker's copy so that it fetches the data anew");
        }
        else
        {
            worker.Stage = WorkerStage.Ready;
            if (Round is not null)
            {
                worker.BeginRound(_progress);
            }

            Notify(new Notice.WorkerJoined(worker.Id, worker.Name, worker.Threads));
        }
    }

    private void Leave(WorkerEntry worker, string reason)
    {
        if (worker.Stage == WorkerStage.Leaving)
        {
            return;
        }

        int orphans = GiveUpShardsOf(worker);
        worker.Stage = WorkerStage.Leaving;
        LastLoss = $"{Called(worker)} left: {reason}";
        Notify(new Notice.WorkerLeft(worker.Id, worker.Name, reason, orphans));
    }

    /// <summary>The connection is gone.</summary>
    private void Lose(WorkerEntry worker, string reason)
    {
        int orphans = GiveUpShardsOf(worker);
        _roster.Remove(worker);
        if (worker.Stage == WorkerStage.Ready && !_lead.HasEnded)
        {
            WorkersLost++;
            LastLoss = $"{Called(worker)} is gone: {reason}";
            Notify(new Notice.WorkerLost(worker.Id, worker.Name, reason, orphans));
        }
    }

    /// <summary>A worker broke the protocol: it is told why and disconnected, and has to stay away for a while.</summary>
    /// <param name="what">A clause that follows the worker's name.</param>
    private void Violate(WorkerEntry worker, string what)
    {
        string reason = $"{Called(worker)} {what}";
        WorkersLost += worker.Stage == WorkerStage.Ready ? 1 : 0;
        _roster.NoteViolation(worker.Name, _now);
        RefuseForNow(worker, reason);
    }

    private void RefuseForNow(WorkerEntry worker, string reason) =>
        Refuse(worker, reason, new CoordinatorMessage.Refused(reason, Final: false));

    private void RefuseForGood(WorkerEntry worker, string reason) =>
        Refuse(worker, reason, new CoordinatorMessage.Refused(reason, Final: true));

    private void Refuse(WorkerEntry worker, string reason, CoordinatorMessage.Refused? message)
    {
        if (message is not null)
        {
            Send(worker, message);
        }

        GiveUpShardsOf(worker);
        _roster.Remove(worker);
        LastLoss = reason;
        _effects.Add(new CoordinatorEffect.Disconnect(worker.Id, reason));
        Notify(new Notice.WorkerRefused(worker.Id, reason));
    }

    public void DropSilentWorkers()
    {
        if (_silenceLookAt is Instant lookAt && _now < lookAt)
        {
            return;
        }

        TimeSpan most = Settings.Times.SilenceMax;
        Instant? oldest = null;
        for (int i = _roster.All.Count - 1; i >= 0; i--)
        {
            WorkerEntry worker = _roster.All[i];
            if (_now - worker.LastWord >= most)
            {
                string reason = $"no sign of life for {(_now - worker.LastWord).TotalSeconds:0.0} s";
                _effects.Add(new CoordinatorEffect.Disconnect(worker.Id, reason));
                Lose(worker, reason);
            }
            else if (oldest is null || worker.LastWord < oldest)
            {
                oldest = worker.LastWord;
            }
        }

        _silenceLookAt = oldest is Instant word ? word + most : null;
    }

    public static string Called(WorkerEntry worker) => $"{worker.Id} ({worker.Name})";

    private static string Short(string hash) => hash.Length > 12 ? hash[..12] + "…" : hash;
}
