namespace DistTrain.Protocol;

/// <summary>An aggregator's workers as its machine sees them, in the form in which a coordinator tells of its own.</summary>
internal static class AggregatorStatus
{
    public static CoordinatorStatus Of(Crew? crew, bool isJoined, bool hasEnded, Instant now)
    {
        string phase = (hasEnded, isJoined, crew) switch
        {
            (true, _, _) => "ended",
            (_, false, _) => "looking for the node above",
            (_, _, null) => "loading the run",
            (_, _, { ReadyCount: 0 }) => "waiting for workers",
            (_, _, { IsOpen: true }) => "aggregating",
            _ => "between rounds",
        };
        if (crew is null)
        {
            return new CoordinatorStatus(default, phase, default, null, 0, 1, 0, TimeSpan.Zero, []);
        }

        return new CoordinatorStatus(
            crew.Settings.Term, phase, crew.Round?.Version ?? default, crew.IsOpen ? crew.Round : null,
            crew.IsOpen ? crew.Progress.ShardsDone : 0, 1, crew.WorkersLost, TimeSpan.Zero,
            crew.StatusOfWorkers(crew.IsOpen, now));
    }
}
