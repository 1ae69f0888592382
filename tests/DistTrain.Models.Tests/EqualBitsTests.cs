using System.Diagnostics;

namespace DistTrain.Models.Tests;

/// <summary>Every layer, loss and optimizer gives equal bits under every instruction set and thread count.</summary>
/// <remarks>The runtime reads the switches at its start, so each setting is a child process: the probe.</remarks>
public sealed class EqualBitsTests
{
    private const int DeadlineMs = 120_000;

    private static readonly string[] Switches =
        ["DOTNET_EnableAVX512", "DOTNET_EnableAVX2", "DOTNET_EnableHWIntrinsic"];

    [Fact]
    public async Task Computations_EveryInstructionSetAndThreadCount_GiveTheSameHashes()
    {
        string[] reference = await Hashes(switchedOff: null, threadCount: 1);
        Assert.Equal(LayerCases.All.Count + RandomCases.All.Count, reference.Length);
        string[][] results = await Task.WhenAll(
            Hashes(null, 2), Hashes(null, 4), Hashes(Switches[0], 1), Hashes(Switches[1], 1), Hashes(Switches[2], 2));
        foreach (string[] lines in results)
        {
            Assert.Equal(reference, lines);
        }
    }

    private static async Task<string[]> Hashes(string? switchedOff, int threadCount)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(typeof(LayerCases).Assembly.Location);
        start.ArgumentList.Add($"{threadCount}");
        foreach (string name in Switches)
        {
            start.Environment.Remove(name);
        }

        if (switchedOff is not null)
        {
            start.Environment[switchedOff] = "0";
        }

        using Process process = Process.Start(start)!;
        using var deadline = new CancellationTokenSource(DeadlineMs);
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(deadline.Token);
            string error = await process.StandardError.ReadToEndAsync(deadline.Token);
            await process.WaitForExitAsync(deadline.Token);
            Assert.True(process.ExitCode == 0, $"the probe ended with {process.ExitCode}: {error}");
            return (await output).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }
}
