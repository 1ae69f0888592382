using DistTrain.Runtime;
using Spectre.Console;

namespace DistTrain.Cli;

/// <summary>A running cluster at a glance.</summary>
internal static class StatusTable
{
    public static void Write(IAnsiConsole console, StatusReport status)
    {
        string loss = status.Loss is { } value ? $", loss {Figures.Short(value)}" : "";
        console.WriteLine(
            $"{status.State}: step {Figures.Count(status.Step)} of {Figures.Count(status.StepsTotal)}, epoch {status.Epoch}{loss}, "
            + $"{Figures.Count(status.SamplesPerSecond)} samples/s, {Figures.Duration(status.Seconds)} so far, "
            + $"{Figures.Plural(status.Recoveries, "worker")} lost");
        console.WriteLine(status.Reason);
        if (status.Workers.IsEmpty)
        {
            console.WriteLine("no workers");
            return;
        }

        Table table = TerminalOutput.CreateTable(
            "worker", "name", "address", "threads", "shards", "rows/s", "last word", "health");
        foreach (WorkerReport worker in status.Workers)
        {
            table.AddRow(
                $"{worker.Id}", Markup.Escape(worker.Name), Markup.Escape(worker.Address), $"{worker.Threads}",
                $"{worker.Shards}", Figures.Count(worker.RowsPerSecond),
                $"{Figures.Duration(worker.SecondsSilent)} ago", worker.Health);
        }

        console.Write(table);
    }
}
