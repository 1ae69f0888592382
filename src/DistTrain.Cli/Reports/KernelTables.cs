using System.Globalization;
using DistTrain.Runtime.Benchmarking;
using Spectre.Console;

namespace DistTrain.Cli;

/// <summary>Kernels' speeds: products beside their ceiling and their peers, then what moves memory.</summary>
internal static class KernelTables
{
    public static void Write(IAnsiConsole console, KernelReport report)
    {
        console.WriteLine(Describe(report.Machine));
        console.WriteLine($"FMA peak of one core: {Figures.Count(report.PeakGflops)} GFLOP/s float32. Median (min–max), one thread.");
        KernelResult[] computing = [.. report.Kernels.Where(kernel => kernel.Unit == KernelUnit.Gflops)];
        KernelResult[] moving = [.. report.Kernels.Where(kernel => kernel.Unit == KernelUnit.Gigabytes)];
        if (computing.Length > 0)
        {
            WriteComputing(console, computing);
        }

        if (moving.Length > 0)
        {
            WriteMoving(console, moving);
        }
    }

    public static string Describe(MachineFacts machine) =>
        $"{machine.Processor}, {Figures.Plural(machine.Cores, "core")}, {machine.Vectors}, {machine.Framework}";

    private static void WriteComputing(IAnsiConsole console, KernelResult[] kernels)
    {
        PeerResult[] timed = [.. kernels.SelectMany(kernel => kernel.Peers).DistinctBy(peer => peer.Name)];
        if (timed.Length > 0)
        {
            console.WriteLine($"{string.Join(", ", timed.Select(peer => $"{peer.Name}: kernels for {peer.CoreName}"))}; "
                + "× is our speed over theirs, round by round.");
        }

        string[] peers = [.. timed.Select(peer => peer.Name)];
        var table = new TerminalTable(
            ["kernel", "size", "GFLOP/s", "of peak", .. peers.SelectMany(peer => (string[])[peer, "×"])]);
        foreach (KernelResult kernel in kernels)
        {
            string[] cells =
            [
                kernel.Kernel, kernel.Size, Whole(kernel.Speed), Share(kernel.ShareOfPeak ?? 0),
                .. peers.SelectMany(name => kernel.Peers.FirstOrDefault(peer => peer.Name == name) is { } peer
                    ? (string[])[Whole(peer.Speed), Ratio(peer.Ratio)] : ["", ""]),
            ];
            table.AddRow(cells);
        }

        table.WriteTo(console);
    }

    private static void WriteMoving(IAnsiConsole console, KernelResult[] kernels)
    {
        string[] sizes = [.. kernels.Select(kernel => kernel.Size).Distinct()];
        var table = new TerminalTable(["kernel", .. sizes.Select(size => $"GB/s {size}")]);
        foreach (IGrouping<string, KernelResult> rows in kernels.GroupBy(kernel => kernel.Kernel))
        {
            table.AddRow([
                rows.Key,
                .. sizes.Select(size => rows.FirstOrDefault(row => row.Size == size) is { } row ? OneDecimal(row.Speed) : ""),
            ]);
        }

        table.WriteTo(console);
    }

    private static string Whole(Spread spread) => Text($"{spread.Median:0} ({spread.Min:0}–{spread.Max:0})");

    private static string OneDecimal(Spread spread) => Text($"{spread.Median:0.0} ({spread.Min:0.0}–{spread.Max:0.0})");

    private static string Ratio(Spread spread) => Text($"{spread.Median:0.00} ({spread.Min:0.00}–{spread.Max:0.00})");

    private static string Share(double share) => Text($"{share * 100:0} %");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
