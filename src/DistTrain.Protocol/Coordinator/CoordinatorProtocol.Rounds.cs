namespace DistTrain.Protocol;

/// <content>The rounds: when they begin and end.</content>
public sealed partial class CoordinatorProtocol
{
    private Round? _round;
    private RoundNumber _number;
    private WeightVersion _version;
    private bool _evaluated;

    private int WorkersNeeded()
    {
        int needed = Math.Max(1, Settings.WorkersMin);
        return _number.Value == 0 ? Math.Max(needed, Settings.WorkersAtStart) : needed;
    }

    private void BeginRoundIfPossible()
    {
        RoundNumber number = new(_number.Value + 1);
        Round? round = Settings.Plan.NextRound(number, _version, _evaluated);
        if (round is null)
        {
            End(RunEndKind.Completed, $"all {_version.Value} steps are done");
        }
        else if (_stopReason is not null)
        {
            End(RunEndKind.Stopped, _stopReason);
        }
        else if (_roster.ReadyCount >= WorkersNeeded())
        {
            _number = number;
            _round = round;
            _phase = Phase.Computing;
            _progress.Begin(round, Settings.BucketCount);
            _ownerCounts = _ownerCounts.Length == round.ShardCount ? _ownerCounts : new int[round.ShardCount];
            Array.Clear(_ownerCounts);
            _mayHaveUnowned = true;
            foreach (WorkerEntry worker in _roster.All)
            {
                worker.BeginRound(_progress);
            }
        }
    }

    private void CloseRoundIfComplete()
    {
        if (!_progress.IsComplete || _round is null)
        {
            return;
        }

        _phase = Phase.Closing;
        double typical = Stragglers.Typical(_roster.All, _round.Kind)?.ShardsPerSecondAndThread ?? 0;
        foreach (WorkerEntry worker in _roster.All)
        {
            worker.EndRound(_now, _round.Kind, typical * worker.Threads);
            if (worker.IsReady && worker.IsBusy)
            {
                Send(worker, new CoordinatorMessage.Cancel(Settings.Term, _number));
            }
        }

        for (int bucket = 0; bucket < _progress.Buckets; bucket++)
        {
            _effects.Add(new CoordinatorEffect.ApplyBucket(_round, bucket, _progress.Sum(bucket)));
        }

        _effects.Add(new CoordinatorEffect.CloseRound(_round));
    }

    private void RoundClosed(RoundNumber number, RoundOutcome outcome)
    {
        if (_phase != Phase.Closing || number != _number || _round is null)
        {
            return;
        }

        bool isTrain = _round.Kind == RoundKind.Train;
        _version = isTrain ? new WeightVersion(_version.Value + 1) : _version;
        _evaluated = !isTrain;
        _phase = Phase.Waiting;
        switch (outcome)
        {
            case RoundOutcome.EndRun end:
                End(RunEndKind.Completed, end.Reason);
                break;
            case RoundOutcome.FailRun fail:
                End(RunEndKind.Failed, fail.Reason);
                break;
        }
    }
}
