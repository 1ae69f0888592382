using DistTrain.Numerics;

namespace DistTrain.Protocol;

/// <content>The rounds: when they begin and end.</content>
public sealed partial class CoordinatorProtocol
{
    private Instant _roundSince;
    private WeightVersion _version;
    private bool _evaluated;

    private int WorkersNeeded()
    {
        int needed = Math.Max(1, Settings.WorkersMin);
        return _crew.Number.Value == 0 ? Math.Max(needed, Settings.WorkersAtStart) : needed;
    }

    private void BeginRoundIfPossible()
    {
        RoundNumber number = new(_crew.Number.Value + 1);
        Round? round = Settings.Plan.NextRound(number, _version, _evaluated);
        if (round is null)
        {
            End(RunEndKind.Completed, $"all {_version.Value} steps are done");
        }
        else if (_stopReason is not null)
        {
            End(RunEndKind.Stopped, _stopReason);
        }
        else if (_crew.ReadyCount >= WorkersNeeded())
        {
            _roundSince = _now;
            _phase = Phase.Computing;
            _crew.BeginRound(round);
            _crew.Want(new TreeNode(TreeShape.RootLevel(round.ShardCount), 0));
        }
    }

    private void CloseRoundIfComplete()
    {
        if (_crew.Progress.IsComplete && !_crew.HasWork)
        {
            _phase = Phase.Closing;
            _crew.CloseRound();
            _effects.Add(new CoordinatorEffect.CloseRound(_crew.Round!));
        }
    }

    /// <summary>
    /// A bucket's sum over the batch is complete: its slice of the next weights is made while the other buckets come in,
    /// and leaves at once for the workers that take part. The weights in force stay as they are until the round is closed.
    /// </summary>
    void ICrewLead.SumCompleted(int bucket, TreeNode node, SumHandle sum)
    {
        Round round = _crew.Round!;
        _effects.Add(new CoordinatorEffect.ApplyBucket(round, bucket, sum));
        if (round.Kind == RoundKind.Train && _stopReason is null)
        {
            _crew.PassWeightsOn(new WeightVersion(_version.Value + 1), bucket);
        }
    }

    private void RoundClosed(RoundNumber number, RoundOutcome outcome)
    {
        if (_phase != Phase.Closing || number != _crew.Number)
        {
            return;
        }

        bool isTrain = _crew.Round!.Kind == RoundKind.Train;
        bool isApplied = isTrain && !(Settings.Canary == Canary.BatchesRepeated && number.Value % 7 == 0);
        _version = isApplied ? new WeightVersion(_version.Value + 1) : _version;
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
