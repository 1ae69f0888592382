using DistTrain.Numerics;

namespace DistTrain.Protocol;

/// <content>The rounds: when they begin and end.</content>
public sealed partial class CoordinatorProtocol
{
    private Instant _roundSince;
    private WeightVersion _version;
    private bool _evaluated;

    /// <summary>Buckets of the next weights that were applied.</summary>
    private readonly bool[] _isNextApplied;

    /// <summary>The sum that completes the round in hand, from its coming to the round's end.</summary>
    private (int Bucket, SumHandle Sum)? _lastSum;

    /// <summary>A round whose end the shell has not answered yet, while the next is in hand already.</summary>
    private Round? _closing;

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
            BeginRound(round);
        }
    }

    private void BeginRound(Round round)
    {
        _roundSince = _now;
        _phase = Phase.Computing;
        _crew.BeginRound(round);
        _crew.Want(new TreeNode(TreeShape.RootLevel(round.ShardCount), 0));
    }

    /// <summary>
    /// All sums are in. Where the next round is certain it begins before the last bucket is applied: the work orders travel,
    /// workers gather rows and pass the layers whose weights they have, while the update is made.
    /// </summary>
    private void CloseRoundIfComplete()
    {
        if (!_crew.Progress.IsComplete || _closing is not null)
        {
            return;
        }

        Round round = _crew.Round!;
        _crew.CloseRound();
        if (NextRoundAtOnce(round) is { } next)
        {
            BeginRound(next);
            _crew.Settle();
            ApplyLastSum(round);
            _closing = round;
            Advance();
        }
        else
        {
            _phase = Phase.Closing;
            ApplyLastSum(round);
        }

        _effects.Add(new CoordinatorEffect.CloseRound(round));
    }

    /// <summary>Null where something may come between: the end of the run, a request to stop, too few workers.</summary>
    private Round? NextRoundAtOnce(Round round) =>
        round.Kind == RoundKind.Train && _stopReason is null && _crew.ReadyCount >= WorkersNeeded()
        && Settings.Canary != Canary.BatchesRepeated
            ? Settings.Plan.NextRound(new(round.Number.Value + 1), new(round.Version.Value + 1), evaluated: false)
            : null;

    /// <summary>
    /// A bucket's sum over the batch is complete: its slice of the next weights is made while the other buckets come in,
    /// and leaves at once for the workers that take part. The weights in force stay as they are until the round is closed.
    /// The last bucket of a training round waits for <see cref="CloseRoundIfComplete"/>.
    /// </summary>
    void ICrewLead.SumCompleted(int bucket, TreeNode node, SumHandle sum)
    {
        Round round = _crew.Round!;
        if (round.Kind == RoundKind.Train && _crew.Progress.IsComplete)
        {
            _lastSum = (bucket, sum);
        }
        else
        {
            Apply(round, bucket, sum);
        }
    }

    private void ApplyLastSum(Round round)
    {
        if (_lastSum is var (bucket, sum))
        {
            _lastSum = null;
            Apply(round, bucket, sum);
        }
    }

    private void Apply(Round round, int bucket, SumHandle sum)
    {
        _effects.Add(new CoordinatorEffect.ApplyBucket(round, bucket, sum));
        if (round.Kind == RoundKind.Train)
        {
            _isNextApplied[bucket] = true;
            if (_stopReason is null)
            {
                _crew.PassWeightsOn(new WeightVersion(_version.Value + 1), bucket);
            }
        }
    }

    private void RoundClosed(RoundNumber number, RoundOutcome outcome)
    {
        if (_phase != Phase.Ended && number == _closing?.Number)
        {
            _closing = null;
        }
        else if (_phase == Phase.Closing && number == _crew.Number)
        {
            bool isTrain = _crew.Round!.Kind == RoundKind.Train;
            if (isTrain && !(Settings.Canary == Canary.BatchesRepeated && number.Value % 7 == 0))
            {
                Advance();
            }

            Array.Clear(_isNextApplied);
            _evaluated = !isTrain;
            _phase = Phase.Waiting;
        }
        else
        {
            return;
        }

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

    /// <summary>The next weights are the current ones from here on.</summary>
    private void Advance()
    {
        _version = new WeightVersion(_version.Value + 1);
        _evaluated = false;
        Array.Clear(_isNextApplied);
    }

    /// <summary>What the round in hand holds for its end.</summary>
    private void ReleaseLastSum()
    {
        if (_lastSum is var (_, sum))
        {
            _lastSum = null;
            _effects.Add(new CoordinatorEffect.Release(sum));
        }
    }
}
