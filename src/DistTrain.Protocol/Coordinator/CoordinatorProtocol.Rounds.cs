namespace DistTrain.Protocol;

/// <content>The rounds: when they begin and end.</content>
public sealed partial class CoordinatorProtocol
{
    private Round? _round;
    private RoundNumber _number;
    private Instant _roundSince;
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
            _roundSince = _now;
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

        _effects.Add(new CoordinatorEffect.CloseRound(_round));
    }

    /// <summary>
    /// A bucket's sum over the batch is complete: its slice of the next weights is made while the other buckets come in,
    /// and leaves at once for the workers that take part. The weights in force stay as they are until the round is closed.
    /// </summary>
    private void BucketCompleted(int bucket, SumHandle sum)
    {
        _effects.Add(new CoordinatorEffect.ApplyBucket(_round!, bucket, sum));
        if (_round!.Kind != RoundKind.Train || _stopReason is not null)
        {
            return;
        }

        // Only to workers that have sent a sum of this round: these hold all of its weights, so that the next ones cannot
        // overtake them on the way. The others get them with their next assignment.
        WeightVersion next = new(_version.Value + 1);
        foreach (WorkerEntry worker in _roster.All)
        {
            if (worker.IsReady && worker.HasDelivered && worker.NoteWeightsSent(next, bucket, Settings.BucketCount))
            {
                _effects.Add(new CoordinatorEffect.SendWeights(
                    worker.Id, new CoordinatorMessage.Weights(Settings.Term, next, bucket)));
            }
        }
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
