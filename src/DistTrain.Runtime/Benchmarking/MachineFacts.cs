using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DistTrain.Runtime.Benchmarking;

/// <summary>What a figure was measured on.</summary>
/// <param name="Processor">As the system names it.</param>
/// <param name="Cores">Logical processors that this process may use.</param>
/// <param name="Vectors">The widest vectors that the kernels use here.</param>
public sealed record MachineFacts(string Processor, int Cores, string Vectors, string Framework, string System)
{
    public static MachineFacts Read() => new(
        ReadProcessor(), Environment.ProcessorCount, DescribeVectors(), RuntimeInformation.FrameworkDescription,
        RuntimeInformation.OSDescription);

    private static string DescribeVectors() =>
        Avx512F.IsSupported && Vector512.IsHardwareAccelerated ? "AVX-512"
        : Fma.IsSupported && Avx2.IsSupported ? "AVX2"
        : Vector128.IsHardwareAccelerated ? "128-bit" : "none";

    private static string ReadProcessor()
    {
        const string Key = "model name";
        try
        {
            string? line = File.ReadLines("/proc/cpuinfo")
                .FirstOrDefault(line => line.StartsWith(Key, StringComparison.Ordinal));
            if (line is not null)
            {
                return line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
            }
        }
        catch (IOException)
        {
            // No such file on this system.
        }

        return Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? RuntimeInformation.ProcessArchitecture.ToString();
    }
}
