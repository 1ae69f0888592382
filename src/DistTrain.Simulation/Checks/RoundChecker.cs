using DistTrain.Protocol;

namespace DistTrain.Simulation;

/// <summary>
/// Stands beside one coordinator: every batch is applied once, in order, every bucket of it once, every row of it counted
/// once, and the weights of each version are those of the plain process, bit for bit.
/// </summary>
internal sealed class RoundChecker(TinyTask task, WeightVersion start, bool isEvaluated, SimulatedCoordinator owner)
{
    private readonly HashSet<int> _bucketsApplied = [];
    private WeightVersion _version = start;
    private bool _isEvaluated = isEvaluated;
    private long _lastNumber;

    /// <summary>One bucket of the current version leaves, or one of the next that was applied.</summary>
    public void WeightsSent(WeightVersion version, int bucket, ReadOnlySpan<float> weights)
    {
        bool isNext = version.Value == _version.Value + 1 && _bucketsApplied.Contains(bucket);
        if (version != _version && !isNext)
        {
            throw new PromiseBrokenException(
                $"{owner} sends bucket {bucket} of version {version.Value}, it holds {_version.Value} and of the next "
                + $"buckets {Applied()}");
        }

        CheckWeights(version, task.BucketStart(bucket), weights);
    }

    public void BucketApplied(Round round, int bucket, float[] sums)
    {
        Round? expected = task.Plan.NextRound(round.Number, _version, _isEvaluated);
        if (round != expected || round.Number.Value < _lastNumber || !_bucketsApplied.Add(bucket))
        {
            throw new PromiseBrokenException(
                $"{owner} applies bucket {bucket} of {round}, expected {expected}; buckets {Applied()} were applied");
        }

        if (round.Kind == RoundKind.Evaluate || bucket == task.Buckets - 1)
        {
            CheckTally(round, sums.AsSpan(sums.Length - round.Rows));
        }

        if (round.Kind == RoundKind.Evaluate
            && !sums.AsSpan().SequenceEqual(task.ReferenceEvaluations[round.Version.Value]))
        {
            throw new PromiseBrokenException($"{owner} got other evaluation sums in {round} than one plain process");
        }
    }

    public void RoundClosed(Round round, ReadOnlySpan<float> weights)
    {
        int expectedBuckets = round.SumBuckets(task.Buckets);
        if (_bucketsApplied.Count != expectedBuckets)
        {
            throw new PromiseBrokenException(
                $"{owner} closes {round} after {_bucketsApplied.Count} of {expectedBuckets} buckets");
        }

        _bucketsApplied.Clear();
        _lastNumber = round.Number.Value + 1;
        _isEvaluated = round.Kind == RoundKind.Evaluate;
        _version = _isEvaluated ? _version : new WeightVersion(_version.Value + 1);
        CheckWeights(_version, 0, weights);
    }

    public void Finished(RunEnd end, int sumsHeld, bool mayFail)
    {
        if (sumsHeld != 0)
        {
            throw new PromiseBrokenException($"{owner} ends with {sumsHeld} sums in hand");
        }

        if (end.Kind == RunEndKind.Failed && !mayFail)
        {
            throw new PromiseBrokenException($"{owner} fails: {end.Reason}");
        }

        if (end.Kind == RunEndKind.Completed && owner.Diverges)
        {
            throw new PromiseBrokenException($"{owner} is done although a gradient was not finite");
        }

        if (end.Kind == RunEndKind.Completed && _version.Value != task.Plan.StepsTotal)
        {
            throw new PromiseBrokenException($"{owner} is done at version {_version.Value} of {task.Plan.StepsTotal}");
        }
    }

    private void CheckWeights(WeightVersion version, int start, ReadOnlySpan<float> weights)
    {
        ReadOnlySpan<float> expected = task.ReferenceWeights[(int)version.Value].AsSpan(start, weights.Length);
        for (int i = 0; i < weights.Length; i++)
        {
            if (BitConverter.SingleToInt32Bits(weights[i]) != BitConverter.SingleToInt32Bits(expected[i]))
            {
                throw new PromiseBrokenException(
                    $"{owner} has weights of version {version.Value} whose element {start + i} is {weights[i]:R}, "
                    + $"one plain process has {expected[i]:R}");
            }
        }
    }

    private void CheckTally(Round round, ReadOnlySpan<float> tally)
    {
        for (int row = 0; row < tally.Length; row++)
        {
            if (tally[row] != 1)
            {
                throw new PromiseBrokenException($"{owner} counts row {row} of {round} {tally[row]} times");
            }
        }
    }

    private string Applied() => string.Join(", ", _bucketsApplied);
}
