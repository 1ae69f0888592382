using System.Runtime.Intrinsics.X86;

namespace DistTrain.Numerics;

/// <summary>The data cache next to a core, as the processor describes it.</summary>
internal static class FirstLevelCache
{
    /// <summary>Bytes; <see cref="Usual"/> where the processor does not say.</summary>
    public static int Size { get; } = X86Base.IsSupported ? SizeOf(X86Base.CpuId) : Usual;

    public const int Usual = 32 << 10;

    /// <summary>Reads the description of the first data cache.</summary>
    /// <param name="cpuId">The instruction CPUID, of a leaf and a subleaf.</param>
    /// <remarks>
    /// Intel, Software Developer's Manual, volume 2A, CPUID, leaf 04H; AMD64 Architecture Programmer's Manual, volume 3,
    /// appendix E.4.15, function 8000_001Dh, which is laid out in the same way.
    /// </remarks>
    public static int SizeOf(Func<int, int, (int Eax, int Ebx, int Ecx, int Edx)> cpuId)
    {
        foreach ((int first, int leaf) in new[] { (0, 4), (unchecked((int)0x80000000), unchecked((int)0x8000001D)) })
        {
            if ((uint)cpuId(first, 0).Eax < (uint)leaf)
            {
                continue;
            }

            for (int cache = 0; cache < CachesMost; cache++)
            {
                (int eax, int ebx, int ecx, _) = cpuId(leaf, cache);
                int type = eax & 0x1F, level = (eax >> 5) & 7;
                if (type == 0)
                {
                    break;
                }

                if (level == 1 && (type == Data || type == Unified))
                {
                    int ways = (int)((uint)ebx >> 22) + 1, parts = ((ebx >> 12) & 0x3FF) + 1, line = (ebx & 0xFFF) + 1;
                    return ways * parts * line * (ecx + 1);
                }
            }
        }

        return Usual;
    }

    private const int Data = 1;
    private const int Unified = 3;
    private const int CachesMost = 8;
}
