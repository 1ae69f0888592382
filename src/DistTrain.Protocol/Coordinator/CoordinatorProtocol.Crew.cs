namespace DistTrain.Protocol;

/// <content>What the crew asks its lead.</content>
public sealed partial class CoordinatorProtocol
{
    private const string SupersededReason = "a newer coordinator of this run took over";

    bool ICrewLead.HasEnded => _phase == Phase.Ended;

    string? ICrewLead.SendsAwayBecause => _isSuperseded ? SupersededReason : null;

    bool ICrewLead.HoldsWeights(WeightVersion version, int bucket) => true;

    void ICrewLead.NotFinite(WorkerEntry worker, WorkerMessage.NotFinite found)
    {
        Round round = _crew.Round!;
        string where = round.Kind == RoundKind.Train
            ? $"step {round.Version.Value + 1} (epoch {round.Epoch + 1})"
            : $"the evaluation after {round.Version.Value} steps";
        int firstRow = round.FirstRow + round.ShardStart(found.Shard);
        int endRow = round.FirstRow + round.ShardStart(found.Shard + 1);
        End(
            RunEndKind.Failed,
            $"{Crew.Called(worker)} found {found.What} in {found.Tensor} at {where}, shard {found.Shard} "
            + $"(rows {firstRow} to {endRow - 1} of the epoch's order): training diverged or the data is extreme; "
            + "lower the learning rate, clip the gradient or check these rows; the last checkpoint is still good");
    }

    /// <summary>
    /// A newer coordinator of this run exists: this one is of the past. The workers are not told to stop, but sent away, so
    /// that they find the newer one.
    /// </summary>
    void ICrewLead.Superseded(WorkerEntry witness, Term newer)
    {
        if (_phase == Phase.Ended || newer.Value <= Settings.Term.Value)
        {
            return;
        }

        string reason = $"{Crew.Called(witness)} has served this run under term {newer.Value}, this coordinator's is "
            + $"{Settings.Term.Value}: a newer coordinator took over; if it is gone, resume the run";
        _isSuperseded = true;
        _crew.SendAllAway(SupersededReason);
        End(RunEndKind.Failed, reason);
    }
}
