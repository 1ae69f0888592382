namespace DistTrain.Protocol;

/// <summary>The whole run as a sequence of rounds: a pure function of the run file's numbers.</summary>
/// <remarks>
/// An epoch walks the training part in batches of <see cref="BatchSize"/>; an uneven last batch is trained with its true
/// row count unless <see cref="DropLast"/>. After every <see cref="EvaluateEveryEpochs"/> epochs, and after the last
/// step, one evaluation round covers the test part (none where it is empty).
/// </remarks>
public sealed record RunPlan
{
    /// <summary>Rows of the training part; at least 1.</summary>
    public required int TrainRows { get; init; }

    /// <summary>Rows of the part that is evaluated (validation, else test); 0 for none.</summary>
    public required int TestRows { get; init; }

    public required int BatchSize { get; init; }

    /// <summary>Shards a batch.</summary>
    public required int Shards { get; init; }

    /// <summary>Updates in all. A run given in epochs has epochs · <see cref="StepsPerEpoch"/>.</summary>
    public required long StepsTotal { get; init; }

    public bool DropLast { get; init; }

    /// <summary>0: only after the last step.</summary>
    public int EvaluateEveryEpochs { get; init; } = 1;

    public int StepsPerEpoch => Math.Max(1, DropLast ? TrainRows / BatchSize : (TrainRows + BatchSize - 1) / BatchSize);

    /// <summary>Shards of an evaluation round: about 256 rows each, so that it spreads over many workers.</summary>
    public int EvaluationShards => Math.Max(1, (TestRows + EvaluationShardRows - 1) / EvaluationShardRows);

    public const int EvaluationShardRows = 256;

    /// <summary>The round that follows <paramref name="version"/> updates, evaluation done or not; null at the end.</summary>
    /// <param name="number">The number that the round gets.</param>
    /// <param name="version">Updates applied so far.</param>
    /// <param name="evaluated">Whether the evaluation due at this version was already made.</param>
    public Round? NextRound(RoundNumber number, WeightVersion version, bool evaluated)
    {
        long step = version.Value;
        if (!evaluated && EvaluationIsDue(version))
        {
            int epochOfEvaluation = (int)((step - 1) / StepsPerEpoch);
            return new Round(number, RoundKind.Evaluate, version, epochOfEvaluation, 0, TestRows, EvaluationShards);
        }

        if (step >= StepsTotal)
        {
            return null;
        }

        int epoch = (int)(step / StepsPerEpoch);
        int firstRow = (int)(step % StepsPerEpoch) * BatchSize;
        int rows = Math.Min(BatchSize, TrainRows - firstRow);
        return new Round(number, RoundKind.Train, version, epoch, firstRow, rows, Shards);
    }

    public bool EvaluationIsDue(WeightVersion version)
    {
        long step = version.Value;
        if (TestRows == 0 || step == 0)
        {
            return false;
        }

        bool epochEnds = step % StepsPerEpoch == 0;
        return step >= StepsTotal
            || (EvaluateEveryEpochs > 0 && epochEnds && step / StepsPerEpoch % EvaluateEveryEpochs == 0);
    }
}
