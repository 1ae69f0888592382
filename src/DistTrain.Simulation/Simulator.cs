using DistTrain.Protocol;

namespace DistTrain.Simulation;

/// <summary>How one simulated run went.</summary>
/// <param name="Failure">The promise that was broken; null if all held.</param>
/// <param name="RecoverySeconds">Virtual time from clear weather to the end of the run; 0 if it ended before.</param>
public sealed record SimulationOutcome(
    ulong Seed, string? Failure, RunCounts Counts, double VirtualSeconds, double RecoverySeconds, long Events);

/// <summary>Runs the real machines of coordinator and workers through one seed's weather.</summary>
public static class Simulator
{
    /// <param name="trace">Receives a line for everything that happens; null: nobody reads it, and it costs nothing.</param>
    public static SimulationOutcome Run(ulong seed, Action<string>? trace = null) => Run(seed, Canary.None, trace);

    /// <param name="weather">How many times the faults that the seed has.</param>
    internal static SimulationOutcome Run(ulong seed, Canary canary, Action<string>? trace = null, int weather = 1)
    {
        Scenario drawn = Scenario.Draw(seed);
        World world = new(seed, drawn with { Faults = drawn.Faults * weather }, canary, trace);
        string? failure = null;
        try
        {
            world.Run();
        }
        catch (PromiseBrokenException broken)
        {
            failure = broken.Message;
        }
        catch (Exception crash) when (crash is not OutOfMemoryException)
        {
            failure = $"the program itself failed: {crash}";
        }

        double recovery = world.ClearedAt == 0 ? 0 : (world.Time.Now - world.ClearedAt) / 1e6;
        return new SimulationOutcome(
            seed, failure, world.Counts, world.Time.Now / 1e6, recovery, world.Time.EventsDone);
    }
}
