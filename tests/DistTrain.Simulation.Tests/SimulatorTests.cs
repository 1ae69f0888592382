using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using DistTrain.Protocol;
using Xunit.Abstractions;

namespace DistTrain.Simulation.Tests;

public sealed class SimulatorTests(ITestOutputHelper output)
{
    /// <summary>Schedules of the long test; the variable raises them.</summary>
    private const string SchedulesVariable = "DISTTRAIN_SCHEDULES";
    private const int SchedulesInCi = 3000;
    private const int CanarySchedules = 2000;

    [Fact]
    public void Simulator_ThousandsOfSchedulesWithFaults_KeepEveryPromise()
    {
        int schedules = int.TryParse(
            Environment.GetEnvironmentVariable(SchedulesVariable), CultureInfo.InvariantCulture, out int wanted)
            ? wanted
            : SchedulesInCi;
        output.WriteLine($"seeds 1 to {schedules}");
        ConcurrentBag<SimulationOutcome> broken = [];
        long faults = 0;
        Stopwatch watch = Stopwatch.StartNew();
        Parallel.For(1, schedules + 1, seed =>
        {
            SimulationOutcome outcome = Simulator.Run((ulong)seed);
            Interlocked.Add(ref faults, outcome.Counts.Faults);
            if (outcome.Failure is not null)
            {
                broken.Add(outcome);
            }
        });
        output.WriteLine($"{schedules / watch.Elapsed.TotalSeconds:0} schedules a second, {faults} faults");
        if (broken.MinBy(outcome => outcome.Seed) is SimulationOutcome first)
        {
            Assert.Fail(
                $"{broken.Count} of {schedules} schedules broke a promise; seed {first.Seed}: {first.Failure}\n"
                + "repeat it with: dotnet run -c Release --project tests/DistTrain.Simulation.Runner -- "
                + $"--seed {first.Seed} --trace");
        }
    }

    /// <summary>
    /// Late at two looks in a row, but repeated between them, by a helper that was late itself at the second: the checker took
    /// it for a shard that is left alone.
    /// </summary>
    [Fact]
    public void Simulator_AShardThatIsLateAgainAfterItWasRepeated_IsNoBrokenPromise() =>
        Assert.Null(Simulator.Run(9200002127, Canary.None, weather: 4).Failure);

    /// <summary>A planted bug must be found, or the simulator is broken.</summary>
    [Theory]
    [InlineData("StaleRoundsCount", "used a sum of term")]
    [InlineData("LostShardsForgotten", "to nobody, although")]
    [InlineData("TornWeightsUsed", "one plain process")]
    [InlineData("InterruptedRoundResumed", " twice")]
    [InlineData("TermsIgnored", "used a sum of term")]
    [InlineData("BatchesRepeated", "sends bucket")]
    [InlineData("LateShardsLeft", "which is late, although a worker is idle")]
    [InlineData("FinishedShardsGiven", "out again, which is finished")]
    [InlineData("StrangersAdmitted", "to a stranger")]
    [InlineData("DivergenceIgnored", "after the faults stopped the run is not over")]
    [InlineData("WorkersStayAway", "after the faults stopped the run is not over")]
    [InlineData("SumsKept", " sum")]
    public void Simulator_APlantedBug_IsFound(string canary, string expected)
    {
        for (ulong seed = 1; seed <= CanarySchedules; seed++)
        {
            if (Simulator.Run(seed, Enum.Parse<Canary>(canary)).Failure is string failure)
            {
                Assert.Contains(expected, failure, StringComparison.Ordinal);
                return;
            }
        }

        Assert.Fail($"{canary} was not found in {CanarySchedules} schedules");
    }

    [Theory]
    [InlineData(3)]
    [InlineData(11)]
    [InlineData(30)]
    public void Simulator_TheSameSeed_GivesTheSameRunEventByEvent(ulong seed)
    {
        List<string> first = [];
        List<string> second = [];
        Simulator.Run(seed, first.Add);
        Simulator.Run(seed, second.Add);
        Assert.NotEmpty(first);
        Assert.Equal(first, second);
    }

    [Fact]
    public void Simulator_EveryKindOfTrouble_IsMetInAFewHundredSchedules()
    {
        RunCounts total = new();
        for (ulong seed = 1; seed <= 300; seed++)
        {
            RunCounts counts = Simulator.Run(seed).Counts;
            total.Lost += counts.Lost;
            total.Left += counts.Left;
            total.Refused += counts.Refused;
            total.Repeated += counts.Repeated;
            total.Waits += counts.Waits;
            total.CoordinatorLives += counts.CoordinatorLives;
            total.AggregatorLives += counts.AggregatorLives;
            total.AggregatorsCrashed += counts.AggregatorsCrashed;
            total.StrangersRefused += counts.StrangersRefused;
            total.Diverged += counts.Diverged;
        }

        Assert.True(total.Lost > 100, $"{total.Lost} workers were lost");
        Assert.True(total.Left > 20, $"{total.Left} workers left");
        Assert.True(total.Refused > 10, $"{total.Refused} sums were refused");
        Assert.True(total.Repeated > 100, $"shards were repeated {total.Repeated} times");
        Assert.True(total.Waits > 100, $"the run waited {total.Waits} times");
        Assert.True(total.AggregatorLives > 200, $"{total.AggregatorLives} aggregators lived");
        Assert.True(total.AggregatorsCrashed > 50, $"{total.AggregatorsCrashed} aggregators crashed");
        Assert.True(total.StrangersRefused > 20, $"{total.StrangersRefused} strangers were turned away");
        Assert.True(total.Diverged > 3, $"{total.Diverged} runs diverged");
        Assert.True(total.CoordinatorLives > 400, $"{total.CoordinatorLives} coordinators lived");
    }
}
