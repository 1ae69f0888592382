using System.Diagnostics;
using DistTrain.Numerics.Probe;

namespace DistTrain.Numerics.Tests;

/// <summary>Every registered kernel gives equal bits under every instruction set and thread count.</summary>
/// <remarks>
/// The runtime reads the switches at its start, so each setting is a child process: the probe, which prints one hash per
/// kernel over a few hundred random shapes.
/// </remarks>
public sealed class EqualBitsTests
{
    private const int DeadlineMs = 120_000;

    [Fact]
    public async Task Kernels_EveryInstructionSetAndThreadCount_GiveTheSameHashes()
    {
        (string Label, string? Switch, int ThreadCount)[] settings =
        [
            ("2 threads", null, 2), ("4 threads", null, 4), ("DOTNET_EnableAVX512=0", "DOTNET_EnableAVX512", 1),
            ("DOTNET_EnableAVX2=0", "DOTNET_EnableAVX2", 1),
            ("DOTNET_EnableHWIntrinsic=0", "DOTNET_EnableHWIntrinsic", 2),
        ];
        string[] reference = await Hashes(null, 1);
        Assert.Equal(KernelRegistry.All.Count, reference.Length);

        string[][] results = await Task.WhenAll(settings.Select(s => Hashes(s.Switch, s.ThreadCount)));

        var differences = new List<string>();
        foreach ((var setting, string[] lines) in settings.Zip(results))
        {
            Assert.Equal(reference.Length, lines.Length);
            differences.AddRange(reference.Zip(lines).Where(pair => pair.First != pair.Second)
                .Select(pair => $"{pair.First.Split(' ')[0]} differs with {setting.Label}"));
        }

        Assert.True(differences.Count == 0, string.Join(Environment.NewLine, differences));
    }

    [Fact]
    public void KernelNames_Registry_AreDistinct() =>
        Assert.Equal(KernelRegistry.All.Count, KernelRegistry.All.Select(kernel => kernel.Name).Distinct().Count());

    private static async Task<string[]> Hashes(string? switchedOff, int threadCount)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } path && IsHost(path) ? path : "dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(typeof(KernelRegistry).Assembly.Location);
        start.ArgumentList.Add("hashes");
        start.ArgumentList.Add($"{threadCount}");
        foreach (string name in (string[])["DOTNET_EnableAVX512", "DOTNET_EnableAVX2", "DOTNET_EnableHWIntrinsic"])
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

    private static bool IsHost(string path) => Path.GetFileNameWithoutExtension(path) == "dotnet";
}
