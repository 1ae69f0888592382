namespace DistTrain.Protocol;

/// <content>Coming, staying in touch, coming back, leaving.</content>
public sealed partial class WorkerProtocol
{
    private readonly BackOff _backOff;

    /// <summary>Somebody can compute: always in a worker; in an aggregator, while workers below it are ready.</summary>
    private bool _hasCapacity;
    private CoordinatorMessage.Welcome? _welcome;
    private WorkerEvent.RunLoaded? _loaded;
    private string? _loadedRunHash;
    private string? _loadingRunHash;
    private Term _term;
    private string? _leaveReason;
    private Instant _coordinatorWord;
    private Instant _heartbeatAt;
    private Instant? _awaySince;

    private void Greet()
    {
        if (_stage != Stage.Away)
        {
            return;
        }

        _stage = Stage.Greeting;
        _coordinatorWord = _now;
        Send(new WorkerMessage.Hello(ProtocolVersions.Current, Name, Threads));
    }

    private void Welcomed(CoordinatorMessage.Welcome welcome)
    {
        bool isOfThePast = _welcome is not null && _welcome.RunHash == welcome.RunHash && welcome.Term.Value < _term.Value;
        if (isOfThePast)
        {
            Send(new WorkerMessage.Superseded(welcome.Term, _term));
            GoAway($"a coordinator of term {welcome.Term.Value} answered, term {_term.Value} is newer");
            return;
        }

        _welcome = welcome;
        _term = welcome.Term;
        _stage = Stage.Loading;
        _awaySince = null;
        _heartbeatAt = _now + Times.HeartbeatEvery;
        LoadRunOrGetReady();
    }

    /// <summary>Loads what the Welcome names, unless it is loaded already; one load at a time.</summary>
    private void LoadRunOrGetReady()
    {
        if (_stage != Stage.Loading || _loadingRunHash is not null)
        {
            return;
        }

        if (_loaded is not null && _loadedRunHash == _welcome!.RunHash && _loaded.DataHash == _welcome.DataHash)
        {
            GetReady();
            return;
        }

        _loaded = null;
        _loadingRunHash = _welcome!.RunHash;
        _effects.Add(new WorkerEffect.LoadRun(_welcome));
    }

    private void GetReady()
    {
        if (_hasCapacity)
        {
            _stage = Stage.Ready;
            Send(new WorkerMessage.Ready(_term, _loaded!.RunHash, _loaded.DataHash));
        }
    }

    private void CapacityChanged(int threads)
    {
        _hasCapacity = threads > 0;
        Threads = Math.Max(1, threads);
        if (!_hasCapacity && _stage == Stage.Ready)
        {
            GoAway("no worker is left below it");
        }
        else if (!_hasCapacity && _stage == Stage.Leaving)
        {
            // Nobody is there any more to finish what was in hand.
            SayGoodbye();
        }
        else if (_hasCapacity)
        {
            LoadRunOrGetReady();
        }
    }

    private void RunLoaded(WorkerEvent.RunLoaded loaded)
    {
        if (_loadingRunHash is null || _stage == Stage.Ended)
        {
            return;
        }

        string runHash = _loadingRunHash;
        _loadingRunHash = null;
        _loaded = loaded;
        _loadedRunHash = runHash;
        _work.BucketCount = loaded.BucketCount;
        if (_stage == Stage.Loading && runHash == _welcome!.RunHash)
        {
            // The coordinator compares the hashes; if they differ it says what to do.
            GetReady();
        }
        else
        {
            LoadRunOrGetReady();
        }
    }

    private void RunNotLoaded(string reason, bool mayHeal)
    {
        if (_loadingRunHash is null || _stage == Stage.Ended)
        {
            return;
        }

        bool isOfThisWelcome = _stage == Stage.Loading && _loadingRunHash == _welcome!.RunHash;
        _loadingRunHash = null;
        if (isOfThisWelcome && mayHeal)
        {
            // Perhaps the coordinator is gone, and the end of its connection is still to be told.
            GoAway(reason);
        }
        else if (isOfThisWelcome)
        {
            Send(new WorkerMessage.Unfit(reason));
            End(RunEndKind.Failed, reason);
        }
        else
        {
            LoadRunOrGetReady();
        }
    }

    /// <summary>The connection is over, or not worth keeping: has the shell connect again after a while.</summary>
    private void GoAway(string reason)
    {
        if (_stage == Stage.Ended)
        {
            return;
        }

        if (_leaveReason is not null)
        {
            End(RunEndKind.Stopped, _leaveReason);
            return;
        }

        ForgetWork();
        _stage = Stage.Away;
        _awaySince ??= _now;
        if (Times.GiveUpAfter is TimeSpan most && _now - _awaySince.Value >= most)
        {
            End(
                RunEndKind.Failed,
                $"no coordinator for {(_now - _awaySince.Value).TotalSeconds:0.#} s (last: {reason}); "
                + "check that it runs and that its address is right");
            return;
        }

        if (Canary != Canary.WorkersStayAway)
        {
            _effects.Add(new WorkerEffect.Reconnect(_backOff.Next(), reason));
        }
    }

    private void LeaveRequested(string reason)
    {
        if (_stage == Stage.Ended)
        {
            return;
        }

        bool isSecond = _leaveReason is not null;
        _leaveReason ??= reason;
        if (_stage == Stage.Ready && _work.IsComputingForNow && !isSecond)
        {
            _stage = Stage.Leaving;
            _work.DropPending();
        }
        else
        {
            SayGoodbye();
        }
    }

    private void SayGoodbye()
    {
        if (_stage is Stage.Loading or Stage.Ready or Stage.Leaving)
        {
            Send(new WorkerMessage.Leaving(_term, _leaveReason!));
        }

        End(RunEndKind.Stopped, _leaveReason!);
    }

    private void MindTime()
    {
        if (_stage is Stage.Greeting or Stage.Loading or Stage.Ready or Stage.Leaving
            && _now - _coordinatorWord >= Times.CoordinatorSilenceMax)
        {
            GoAway($"the coordinator gave no sign of life for {(_now - _coordinatorWord).TotalSeconds:0.0} s");
        }

        if (_stage is Stage.Loading or Stage.Ready or Stage.Leaving && _now >= _heartbeatAt)
        {
            _heartbeatAt = _now + Times.HeartbeatEvery;
            Send(new WorkerMessage.Heartbeat(_term, _work.Number, _work.ShardsLeft));
        }
    }

    /// <summary>As in the coordinator: silence during one's own standstill is not the other's.</summary>
    private void ForgiveOwnPause()
    {
        if (_deadline is Instant deadline && _now - deadline > Times.CoordinatorSilenceMax / 2)
        {
            _coordinatorWord = _now;
        }
    }

    private Instant? FindDeadline() => _stage switch
    {
        Stage.Greeting => _coordinatorWord + Times.CoordinatorSilenceMax,
        Stage.Loading or Stage.Ready or Stage.Leaving =>
            _coordinatorWord + Times.CoordinatorSilenceMax is Instant silent && silent < _heartbeatAt
                ? silent
                : _heartbeatAt,
        _ => null,
    };
}
