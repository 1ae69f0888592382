using System.Globalization;

namespace DistTrain.Simulation.Runner;

/// <summary>Sums over many simulated runs.</summary>
internal sealed class Summary
{
    private readonly RunCounts _total = new();
    private int _schedules;
    private long _events;
    private double _virtualSeconds;
    private double _recoveryMax;

    public List<SimulationOutcome> Failures { get; } = [];

    public void Add(SimulationOutcome outcome)
    {
        _schedules++;
        _events += outcome.Events;
        _virtualSeconds += outcome.VirtualSeconds;
        if (outcome.Failure is null)
        {
            _recoveryMax = Math.Max(_recoveryMax, outcome.RecoverySeconds);
        }
        else
        {
            Failures.Add(outcome);
        }

        RunCounts counts = outcome.Counts;
        _total.Rounds += counts.Rounds;
        _total.Nodes += counts.Nodes;
        _total.Faults += counts.Faults;
        _total.Lost += counts.Lost;
        _total.Left += counts.Left;
        _total.Refused += counts.Refused;
        _total.Repeated += counts.Repeated;
        _total.Waits += counts.Waits;
        _total.CoordinatorLives += counts.CoordinatorLives;
        _total.AggregatorLives += counts.AggregatorLives;
        _total.AggregatorsCrashed += counts.AggregatorsCrashed;
        _total.StrangersRefused += counts.StrangersRefused;
        _total.Diverged += counts.Diverged;
    }

    public string Text(TimeSpan elapsed) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        {_schedules} schedules, {Failures.Count} with a broken promise; {_schedules / elapsed.TotalSeconds:0} schedules a second
        {_total.Faults} faults, {_total.Rounds} rounds, {_total.Nodes} nodes computed, {_events} events, {_virtualSeconds / 3600:0.0} virtual hours
        {_total.Lost} workers lost, {_total.Left} left, {_total.Refused} sums refused, {_total.Repeated} times shards repeated, {_total.Waits} waits, {_total.CoordinatorLives} coordinator lives, {_total.AggregatorLives} aggregator lives, {_total.AggregatorsCrashed} aggregators crashed
        {_total.StrangersRefused} strangers turned away, {_total.Diverged} runs ended because a value was not finite
        longest time from clear weather to the end: {_recoveryMax:0.0} virtual seconds
        """);
}
