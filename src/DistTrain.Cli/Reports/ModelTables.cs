using System.Globalization;
using DistTrain.Runtime;
using DistTrain.Runtime.Benchmarking;
using Spectre.Console;

namespace DistTrain.Cli;

/// <summary>Training speeds of models, and where a step's time goes.</summary>
internal static class ModelTables
{
    public static void Write(IAnsiConsole console, IReadOnlyList<ModelReport> reports)
    {
        console.WriteLine(KernelTables.Describe(reports[0].Machine));
        console.WriteLine(Headline.DescribeWorkers(reports[0].Engine, reports[0].Workers, reports[0].ThreadsPerWorker));
        WriteSpeeds(console, reports);
        console.WriteLine(
            "A step in milliseconds, and parts of it in % of its median. Hidden: of reduce, update and broadcast, while "
            + "a worker computed or sent. Send: ways there and back beside computing. Wait: the coordinator was idle.");
        WriteParts(console, reports);
    }

    private static void WriteSpeeds(IAnsiConsole console, IReadOnlyList<ModelReport> reports)
    {
        var table = new TerminalTable(
            "model", "parameters", "batch", "shards", "steps", "samples/s (min–max)", "bytes/step computing", "in all", "peak MB");
        foreach (ModelReport report in reports)
        {
            Spread speed = report.SamplesPerSecond;
            table.AddRow(
                Markup.Escape(report.Model), Figures.Count(report.ParameterCount), Figures.Count(report.BatchSize),
                Figures.Count(report.Shards), Figures.Count(report.Steps),
                $"{Figures.Count(speed.Median)} ({Figures.Count(speed.Min)}–{Figures.Count(speed.Max)})",
                Figures.Count(report.ComputeBytesPerStep), Figures.Count(report.ProcessBytesPerStep),
                string.Join(" + ", report.PeakBytes.Select(bytes => Figures.Count(bytes / 1e6))));
        }

        table.WriteTo(console);
    }

    private static void WriteParts(IAnsiConsole console, IReadOnlyList<ModelReport> reports)
    {
        var table = new TerminalTable(
            "model", "step ms (min–max)", "mean", "gather", "forward", "backward", "reduce", "update", "broadcast", "hidden",
            "send", "wait");
        foreach (ModelReport report in reports)
        {
            Spread step = report.StepMilliseconds;
            StepTimes times = report.StepMicroseconds;
            table.AddRow(
                Markup.Escape(report.Model), Text($"{step.Median:0.00} ({step.Min:0.00}–{step.Max:0.00})"),
                Text($"{step.Mean:0.00}"),
                Share(times.Gather, step), Share(times.Forward, step), Share(times.Backward, step),
                Share(times.WorkerReduce + times.Reduce, step), Share(times.Update, step),
                Share(times.Broadcast, step), Share(times.Hidden, step), Share(times.Send, step), Share(times.Wait, step));
        }

        table.WriteTo(console);
    }

    private static string Share(long microseconds, Spread stepMilliseconds) =>
        Text($"{microseconds / stepMilliseconds.Median / 10:0.0} %");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
