using System.Diagnostics;

namespace DistTrain.Tests;

/// <summary>A probe as a child process: the runtime reads the switches of instruction sets at its start.</summary>
internal static class ProbeProcess
{
    public const string Avx512 = "DOTNET_EnableAVX512";
    public const string Avx2 = "DOTNET_EnableAVX2";
    public const string AllIntrinsics = "DOTNET_EnableHWIntrinsic";

    private const int DeadlineMs = 120_000;

    /// <param name="assembly">The probe's.</param>
    /// <param name="switchedOff">One of the switches; null: none, whatever this process's environment says.</param>
    /// <returns>The lines that it printed.</returns>
    public static async Task<string[]> LinesOf(string assembly, string? switchedOff, params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } path && IsHost(path) ? path : "dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(assembly);
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (string name in (string[])[Avx512, Avx2, AllIntrinsics])
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
