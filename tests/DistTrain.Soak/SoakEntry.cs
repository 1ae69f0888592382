using System.Diagnostics;
using System.Text.Json;

namespace DistTrain.Soak;

/// <summary>
/// One training run with hundreds of faults on real processes, compared with an undisturbed one of a single worker. Exit
/// code 1 if the weights differ, a step is lost, or recovery is too slow; 2 for a wrong command line.
/// </summary>
internal static class SoakEntry
{
    /// <summary>From a crash to the next applied update, at the 95th percentile.</summary>
    public const double RecoverySecondsMax = 1.5;

    public const double CrashNoticeSecondsMax = 1;

    public const double FrozenNoticeSecondsMax = 3;

    public static int Run(string[] arguments, TextWriter output, TextWriter errors)
    {
        if (SoakOrder.Parse(arguments) is not SoakOrder order)
        {
            errors.WriteLine(SoakOrder.Usage);
            return 2;
        }

        string folder = Path.Combine(Path.GetTempPath(), $"disttrain-soak-{Guid.NewGuid():N}");
        Directory.CreateDirectory(folder);
        try
        {
            if (order.IsStraggler)
            {
                return StragglerRun.Run(order, folder, output);
            }

            output.WriteLine($"seed {order.Seed}");
            (string expected, long steps) = TrainUndisturbed(order, Path.Combine(folder, "undisturbed"));
            output.WriteLine($"undisturbed, one worker: {steps} steps, weightsSha256 {expected}");
            Stopwatch watch = Stopwatch.StartNew();
            using SoakRun run = new(order, folder, output.WriteLine);
            run.Run(steps);
            output.WriteLine(run.Figures.Text(watch.Elapsed));
            string? fault = FindFault(run.Figures, expected, steps);
            output.WriteLine(fault ?? "the weights are equal, no step was lost");
            return fault is null ? 0 : 1;
        }
        catch (Exception failure) when (failure is TimeoutException or InvalidOperationException)
        {
            errors.WriteLine(failure.Message);
            return 1;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>The same run, by one worker in one process.</summary>
    public static (string WeightsSha256, long Steps) TrainUndisturbed(SoakOrder order, string outFolder) =>
        Train(order, outFolder);

    /// <summary>The same, from where a cluster's run stopped; each step has its line in metrics.jsonl, as there.</summary>
    public static (string WeightsSha256, long Steps) Resume(SoakOrder order, string outFolder) =>
        Train(order, outFolder, "--resume", "--set", "training.logEverySteps=1");

    private static (string WeightsSha256, long Steps) Train(SoakOrder order, string outFolder, params string[] options)
    {
        ClusterSetup setup = new(order.RunFile, outFolder, order.Settings);
        using NodeProcess train = new(
            ["train", order.RunFile, "--quiet", "--out", outFolder, .. setup.SetOptions, .. options], "");
        if (train.WaitForEnd() != 0)
        {
            throw new InvalidOperationException($"the run without faults failed; it said:\n{train.Said}");
        }

        using JsonDocument summary = JsonDocument.Parse(File.ReadAllText(Path.Combine(outFolder, "summary.json")));
        return (summary.RootElement.GetProperty("weightsSha256").GetString()!,
            summary.RootElement.GetProperty("steps").GetInt64());
    }

    /// <returns>Which promise was broken; null if none was.</returns>
    public static string? FindFault(SoakFigures figures, string expected, long steps)
    {
        double recovery = SoakFigures.Percentile(figures.CrashRecovery, 0.95);
        double crash = SoakFigures.Percentile(figures.CrashNotice, 0.95);
        double frozen = SoakFigures.Percentile(figures.FrozenNotice, 0.95);
        return figures.WeightsSha256 != expected
            ? $"the weights differ: {figures.WeightsSha256}, expected {expected}"
            : figures.Steps != steps || figures.StepsOutOfOrder > 0
                ? $"{figures.StepsOutOfOrder} steps were lost or repeated, {figures.Steps} of {steps} were applied"
            : recovery > RecoverySecondsMax
                ? $"recovery took {recovery:0.00} s at the 95th percentile, at most {RecoverySecondsMax} s are allowed"
            : crash > CrashNoticeSecondsMax
                ? $"a crash was noticed after {crash:0.00} s at the 95th percentile, at most {CrashNoticeSecondsMax} s are allowed"
            : frozen > FrozenNoticeSecondsMax
                ? $"a freeze was noticed after {frozen:0.00} s at the 95th percentile, at most {FrozenNoticeSecondsMax} s are allowed"
            : null;
    }
}
