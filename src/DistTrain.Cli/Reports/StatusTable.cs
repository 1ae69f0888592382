using DistTrain.Runtime;
using Spectre.Console;

namespace DistTrain.Cli;

/// <summary>A running cluster at a glance: what it does and why, who takes part, what happened lately.</summary>
internal static class StatusTable
{
    public static void Write(IAnsiConsole console, StatusReport status)
    {
        string loss = status.Loss is { } value ? $", loss {Figures.Short(value)}" : "";
        console.WriteLine(
            $"{status.State}: step {Figures.Count(status.Step)} of {Figures.Count(status.StepsTotal)}, epoch {status.Epoch}{loss}, "
            + $"weights version {status.WeightVersion}");
        console.WriteLine(status.Reason);
        string recoveries = status.Recoveries == 1 ? "1 recovery" : $"{Figures.Count(status.Recoveries)} recoveries";
        console.WriteLine(
            $"{Figures.Count(status.SamplesPerSecond)} samples/s, {Figures.Duration(status.Seconds)} so far, "
            + $"{recoveries}, last update {Figures.Duration(status.SecondsSinceUpdate)} ago");
        WriteWorkers(console, status);
        WriteEvents(console, status);
    }

    public static void WriteWorkers(IAnsiConsole console, StatusReport status)
    {
        if (status.Workers.IsEmpty)
        {
            console.WriteLine("no workers");
            return;
        }

        var table = new TerminalTable(
            "worker", "name", "address", "threads", "shards", "left", "rows/s", "last word", "health");
        foreach (WorkerReport worker in status.Workers)
        {
            bool isWell = worker.Health is not ("late" or "silent");
            table.AddRow(
                $"{worker.Id}", Markup.Escape(worker.Name), Markup.Escape(worker.Address), $"{worker.Threads}",
                $"{worker.Shards}", worker.Left, Figures.Count(worker.RowsPerSecond),
                $"{Figures.Duration(worker.SecondsSilent)} ago", isWell ? worker.Health : $"[red]{worker.Health}[/]");
        }

        table.WriteTo(console);
    }

    private static void WriteEvents(IAnsiConsole console, StatusReport status)
    {
        if (!status.Events.IsEmpty)
        {
            console.WriteLine("lately:");
        }

        foreach (EventReport one in status.Events)
        {
            console.WriteLine($"  {Figures.Duration(one.SecondsAgo)} ago, after step {Figures.Count(one.Step)}: {one.Text}");
        }
    }
}
