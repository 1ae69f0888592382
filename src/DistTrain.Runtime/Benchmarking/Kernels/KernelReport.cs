using System.Collections.Immutable;

namespace DistTrain.Runtime.Benchmarking;

/// <summary>What <see cref="KernelBenchmark"/> measured.</summary>
/// <param name="PeakGflops">The core's fused multiply-adds on registers alone: the ceiling of the products.</param>
public sealed record KernelReport(MachineFacts Machine, double PeakGflops, ImmutableArray<KernelResult> Kernels);

/// <summary>One kernel, and who else was timed with it in the same rounds.</summary>
/// <param name="Speed">GFLOP/s or GB/s, as <paramref name="Unit"/> says.</param>
/// <param name="ShareOfPeak">Median over the peak; null for kernels that only move memory.</param>
public sealed record KernelResult(
    string Kernel, string Size, KernelUnit Unit, Spread Speed, double? ShareOfPeak, ImmutableArray<PeerResult> Peers);

/// <summary>Another library on the same operands.</summary>
/// <param name="Name">"OpenBLAS" as it comes, or with the core type that was forced on it.</param>
/// <param name="CoreName">The processor family whose kernels it used.</param>
/// <param name="Ratio">Our speed over its speed, round by round: above 1 we are faster.</param>
public sealed record PeerResult(string Name, string CoreName, Spread Speed, Spread Ratio);
