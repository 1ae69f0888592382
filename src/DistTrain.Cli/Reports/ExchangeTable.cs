using System.Globalization;
using DistTrain.Runtime;
using DistTrain.Runtime.Benchmarking;
using Spectre.Console;

namespace DistTrain.Cli;

/// <summary>Times of the exchange, and its parts.</summary>
internal static class ExchangeTable
{
    public static void Write(IAnsiConsole console, IReadOnlyList<ExchangeReport> reports)
    {
        console.WriteLine(KernelTables.Describe(reports[0].Machine));
        console.WriteLine(Headline.DescribeWorkers("processes", reports[0].Workers, 1) + ". Milliseconds, medians.");
        var table = new TerminalTable(
            "floats", "link", "buckets", "steps", "exchange (min–max)", "MB/s", "step", "computing", "send", "wait", "reduce",
            "update", "broadcast", "hidden");
        foreach (ExchangeReport report in reports)
        {
            Spread exchange = report.ExchangeMilliseconds;
            StepTimes times = report.StepMicroseconds;
            table.AddRow(
                Figures.Count(report.Floats), report.Link == LinkKind.Tcp ? "tcp" : "shared", Figures.Count(report.Buckets),
                Figures.Count(report.Steps), Text($"{exchange.Median:0.00} ({exchange.Min:0.00}–{exchange.Max:0.00})"),
                Figures.Count(report.MegabytesPerSecond), Text($"{report.StepMilliseconds.Median:0.00}"),
                Milliseconds(times.Gather + times.Forward + times.Backward), Milliseconds(times.Send), Milliseconds(times.Wait),
                Milliseconds(times.WorkerReduce + times.Reduce), Milliseconds(times.Update), Milliseconds(times.Broadcast),
                Milliseconds(times.Hidden));
        }

        table.WriteTo(console);
        console.WriteLine(
            "Exchange: the step without computing (gather, forward, backward) of the worker whose sum came last. Send: the "
            + "ways there and back beside computing. Wait: the coordinator was idle. Hidden: of reduce, update and broadcast, "
            + "before the last sum came. MB/s: the parameters' bytes, once, over the exchange. The weights are bit for bit "
            + "those of one process after as many steps.");
    }

    private static string Milliseconds(long microseconds) => Text($"{microseconds / 1e3:0.00}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
