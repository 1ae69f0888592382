using System.Collections.Immutable;
using DistTrain.Runtime;
using Spectre.Console;

namespace DistTrain.Cli;

/// <summary>Two runs beside each other: what each came from, and where they went apart.</summary>
internal static class ComparisonTable
{
    /// <summary>Of a hash, enough to tell two apart; --json has all.</summary>
    private const int HashCharacters = 16;

    /// <summary>By the version of DistTrain that made the run.</summary>
    private const string NotNoted = "not noted";

    public static void Write(IAnsiConsole console, RunComparison comparison)
    {
        RunSummary first = comparison.First.Summary;
        RunSummary second = comparison.Second.Summary;
        var table = new TerminalTable("", comparison.First.Folder, comparison.Second.Folder);
        Add(table, "weights", Hash(first.WeightsSha256), Hash(second.WeightsSha256));
        Add(table, "initial weights", Hash(first.Origin.InitialWeightsSha256), Hash(second.Origin.InitialWeightsSha256));
        Add(table, "data", Hash(first.DataHash), Hash(second.DataHash));
        Add(table, "steps", Figures.Count(first.Steps), Figures.Count(second.Steps));
        Add(table, "version", Version(first.Version), Version(second.Version));
        table.WriteTo(console);
        if (!comparison.DifferentKeys.IsEmpty)
        {
            console.WriteLine($"the run files differ in {string.Join(", ", comparison.DifferentKeys)}");
        }

        WriteChanges(console, comparison.First);
        WriteChanges(console, comparison.Second);
        if (comparison.FirstEpochApart is { } epoch)
        {
            console.WriteLine($"epoch {epoch} is the first whose training losses differ");
        }

        console.MarkupLineInterpolated(comparison.WeightsAreEqual
            ? (FormattableString)$"[bold]the weights are equal, bit for bit[/]: {first.WeightsSha256}"
            : $"[bold]the weights differ[/]");
    }

    /// <summary>Where what stands in the run file now is not what the run was made with from its start.</summary>
    private static void WriteChanges(IAnsiConsole console, ComparedRun run)
    {
        foreach (RunChange change in run.Summary.Origin.Changes)
        {
            ImmutableArray<string> what = change.Keys.IsEmpty ? [$"version ({change.Version})"] : change.Keys;
            console.WriteLine($"{run.Folder} went on after step {Figures.Count(change.Step)} with another {string.Join(", ", what)}");
        }
    }

    private static void Add(TerminalTable table, string name, string first, string second) =>
        table.AddRow(name, Markup.Escape(first), first == second ? Markup.Escape(second) : $"[red]{Markup.Escape(second)}[/]");

    private static string Hash(string? hash) => hash is null ? NotNoted : $"{hash[..Math.Min(hash.Length, HashCharacters)]}…";

    /// <summary>With the start of the commit alone.</summary>
    private static string Version(string? version)
    {
        if (version is null)
        {
            return NotNoted;
        }

        int commit = version.IndexOf('+', StringComparison.Ordinal);
        return commit < 0 ? version : version[..Math.Min(version.Length, commit + 1 + HashCharacters)];
    }
}
