using System.Collections.Immutable;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DistTrain.Runtime.Benchmarking;

/// <summary>
/// Times kernels on one thread, each round every contender in turn, so that what slows the machine slows all. OpenBLAS
/// takes part in the products where it is installed: as it comes, with the core type that suits this processor, and with the
/// one that the environment sets.
/// </summary>
public static class KernelBenchmark
{
    /// <param name="filter">Kernels whose name or size contains this text; empty: all.</param>
    /// <param name="rounds">Samples of each contender; 1 or more.</param>
    /// <param name="sampleSeconds">Length of a sample; the clock needs a millisecond, steady figures some twenty.</param>
    /// <param name="blasChild">Starts <see cref="BlasChild"/>; null: no comparison.</param>
    /// <param name="progress">Hears of each result.</param>
    public static KernelReport Run(
        string filter, int rounds, double sampleSeconds, ProcessCommand? blasChild, Action<KernelResult>? progress = null)
    {
        var peers = new List<(string Name, BlasPeer Peer)>();
        try
        {
            if (blasChild is not null)
            {
                AddPeers(peers, blasChild);
            }

            double peak = FmaPeak.Measure(PeakRounds);
            ImmutableArray<KernelResult>.Builder results = ImmutableArray.CreateBuilder<KernelResult>();
            foreach (KernelCase kernel in Cases().Where(kernel => Matches(kernel, filter)))
            {
                KernelResult result = Measure(kernel, peers, peak, rounds, sampleSeconds);
                results.Add(result);
                progress?.Invoke(result);
            }

            return new KernelReport(MachineFacts.Read(), peak, results.DrainToImmutable());
        }
        finally
        {
            peers.ForEach(static peer => peer.Peer.Dispose());
        }
    }

    private static IEnumerable<KernelCase> Cases() => [.. ProductCases.All(), .. ConvolutionCases.All(), .. StreamCases.All()];

    private static bool Matches(KernelCase kernel, string filter) =>
        $"{kernel.Kernel} {kernel.Size}".Contains(filter, StringComparison.OrdinalIgnoreCase);

    private static void AddPeers(List<(string Name, BlasPeer Peer)> peers, ProcessCommand child)
    {
        if (BlasPeer.TryStart(child, coreType: null) is not { } plain)
        {
            return;
        }

        peers.Add(("OpenBLAS", plain));
        string?[] coreTypes = [BestCoreType(), Environment.GetEnvironmentVariable(OpenBlas.CoreTypeVariable)];
        foreach (string coreType in coreTypes.OfType<string>().Where(static type => type.Length > 0).Distinct())
        {
            if (BlasPeer.TryStart(child, coreType) is { } forced)
            {
                peers.Add(($"OpenBLAS {coreType}", forced));
            }
        }
    }

    /// <summary>OpenBLAS knows processors by name; one that is newer than the library gets an older one's kernels.</summary>
    private static string? BestCoreType() =>
        Avx512F.IsSupported && Vector512.IsHardwareAccelerated ? "SkylakeX" : Avx2.IsSupported ? "Haswell" : null;

    private static KernelResult Measure(
        KernelCase kernel, List<(string Name, BlasPeer Peer)> allPeers, double peak, int rounds, double sampleSeconds)
    {
        var timer = new KernelTimer(kernel.Run);
        timer.Prepare(sampleSeconds);
        (string Name, BlasPeer Peer)[] peers = kernel.Product is null ? [] : [.. allPeers];
        foreach ((_, BlasPeer peer) in peers)
        {
            peer.Prepare(kernel.Product!.Value, sampleSeconds);
        }

        var own = new double[rounds];
        double[][] others = [.. peers.Select(_ => new double[rounds])];
        for (int round = 0; round < rounds; round++)
        {
            own[round] = kernel.Work / timer.Sample() / 1e9;
            for (int peer = 0; peer < peers.Length; peer++)
            {
                others[peer][round] = kernel.Work / peers[peer].Peer.Sample() / 1e9;
            }
        }

        Spread speed = Spread.Of(own.AsEnumerable());
        return new KernelResult(
            kernel.Kernel, kernel.Size, kernel.Unit, speed,
            kernel.Unit == KernelUnit.Gflops ? speed.Median / peak : null,
            [.. peers.Select((peer, index) => new PeerResult(
                peer.Name, peer.Peer.CoreName, Spread.Of(others[index].AsEnumerable()),
                Spread.Of(own.Zip(others[index], static (ours, theirs) => ours / theirs))))]);
    }

    private const int PeakRounds = 15;
}
