using System.Diagnostics;

namespace DistTrain.Models.Tests;

/// <summary>A short training run of every layer and loss gives equal bits under every instruction set.</summary>
/// <remarks>The runtime reads the switches at its start, so each setting is a child process: the probe.</remarks>
public sealed class EqualBitsTests
{
    private const int DeadlineMs = 120_000;

    private static readonly string[] Switches =
        ["DOTNET_EnableAVX512", "DOTNET_EnableAVX2", "DOTNET_EnableHWIntrinsic"];

    [Fact]
    public async Task Training_EveryInstructionSet_GivesTheSameHashes()
    {
        string[] reference = await Hashes(switchedOff: null);
        Assert.Equal(LayerCases.All.Count, reference.Length);
        foreach (string name in Switches)
        {
            Assert.Equal(reference, await Hashes(name));
        }
    }

    private static async Task<string[]> Hashes(string? switchedOff)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(typeof(LayerCases).Assembly.Location);
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
