using System.Diagnostics;
using System.Globalization;
using DistTrain.Protocol;

namespace DistTrain.Simulation.Runner;

/// <summary>
/// Simulates any number of schedules: --schedules N from --seed S on, or one seed with --trace; --weather W has W times the
/// faults. Exit code 1 if a promise was broken; 2 for a wrong command line.
/// </summary>
internal static class RunnerEntry
{
    private static readonly string Usage =
        "usage: [--seed S] [--schedules N] [--threads T] [--weather W] [--trace] [--canary NAME] "
        + "| --fuzz INPUTS [--seed S] [--threads T]; "
        + $"canaries: {string.Join(", ", Enum.GetNames<Canary>())}";

    private sealed record Order(
        ulong Seed, int Schedules, int Threads, bool Trace, Canary Canary, int Weather, long FuzzInputs);

    public static int Run(string[] arguments, TextWriter output, TextWriter errors)
    {
        if (Parse(arguments) is not Order order)
        {
            errors.WriteLine(Usage);
            return 2;
        }

        if (order.FuzzInputs > 0)
        {
            return Fuzz(order, output);
        }

        output.WriteLine($"seeds {order.Seed} to {order.Seed + (ulong)order.Schedules - 1}");
        if (order.Trace)
        {
            SimulationOutcome outcome = Simulator.Run(order.Seed, order.Canary, output.WriteLine, order.Weather);
            output.WriteLine(outcome.Failure ?? "all promises held");
            return outcome.Failure is null ? 0 : 1;
        }

        Stopwatch watch = Stopwatch.StartNew();
        Summary summary = Simulate(order);
        foreach (SimulationOutcome failed in summary.Failures.OrderBy(failed => failed.Seed).Take(20))
        {
            output.WriteLine($"seed {failed.Seed}: {failed.Failure}");
            output.WriteLine(RepeatCommand(failed.Seed, order));
        }

        output.WriteLine(summary.Text(watch.Elapsed));
        return summary.Failures.Count == 0 ? 0 : 1;
    }

    private static int Fuzz(Order order, TextWriter output)
    {
        output.WriteLine($"seed {order.Seed}");
        Stopwatch watch = Stopwatch.StartNew();
        string? fault = ReaderFuzzer.Run(order.Seed, order.FuzzInputs, order.Threads);
        double perSecond = order.FuzzInputs / watch.Elapsed.TotalSeconds;
        output.WriteLine(fault ?? string.Create(
            CultureInfo.InvariantCulture,
            $"{order.FuzzInputs} inputs read or refused, nothing else; {perSecond:0} a second"));
        return fault is null ? 0 : 1;
    }

    private static string RepeatCommand(ulong seed, Order order) =>
        $"repeat it with: dotnet run -c Release --project tests/DistTrain.Simulation.Runner -- --seed {seed} --trace"
        + (order.Weather == 1 ? "" : $" --weather {order.Weather}")
        + (order.Canary == Canary.None ? "" : $" --canary {order.Canary}");

    private static Summary Simulate(Order order)
    {
        Summary summary = new();
        ParallelOptions options = new() { MaxDegreeOfParallelism = order.Threads };
        Parallel.For(0, order.Schedules, options, i =>
        {
            SimulationOutcome outcome = Simulator.Run(order.Seed + (ulong)i, order.Canary, null, order.Weather);
            lock (summary)
            {
                summary.Add(outcome);
            }
        });
        return summary;
    }

    private static Order? Parse(string[] arguments)
    {
        Order order = new(1, 1, Environment.ProcessorCount, false, Canary.None, 1, 0);
        for (int i = 0; i < arguments.Length; i++)
        {
            string value = i + 1 < arguments.Length ? arguments[i + 1] : "";
            switch (arguments[i])
            {
                case "--trace":
                    order = order with { Trace = true };
                    continue;
                case "--seed" when ulong.TryParse(value, CultureInfo.InvariantCulture, out ulong seed):
                    order = order with { Seed = seed };
                    break;
                case "--schedules" when int.TryParse(value, CultureInfo.InvariantCulture, out int count) && count > 0:
                    order = order with { Schedules = count };
                    break;
                case "--fuzz" when long.TryParse(value, CultureInfo.InvariantCulture, out long inputs) && inputs > 0:
                    order = order with { FuzzInputs = inputs };
                    break;
                case "--threads" when int.TryParse(value, CultureInfo.InvariantCulture, out int threads) && threads > 0:
                    order = order with { Threads = threads };
                    break;
                case "--weather" when int.TryParse(value, CultureInfo.InvariantCulture, out int weather) && weather > 0:
                    order = order with { Weather = weather };
                    break;
                case "--canary" when Enum.TryParse(value, out Canary canary):
                    order = order with { Canary = canary };
                    break;
                default:
                    return null;
            }

            i++;
        }

        return order;
    }
}
