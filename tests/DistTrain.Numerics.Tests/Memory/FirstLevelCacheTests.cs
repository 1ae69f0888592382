namespace DistTrain.Numerics.Tests;

/// <summary>What processors say of their first data cache.</summary>
public class FirstLevelCacheTests
{
    /// <summary>Ice Lake: 12 ways of 64 sets of 64 bytes; the cache of instructions comes second.</summary>
    [Fact]
    public void SizeOf_LeafFour_ProductOfItsParts() => Assert.Equal(48 << 10, FirstLevelCache.SizeOf((leaf, cache) => (leaf, cache) switch
    {
        (0, 0) => (0x1B, 0, 0, 0),
        (4, 0) => (0x1C004121, 0x02C0003F, 0x3F, 0),
        (4, 1) => (0x1C004122, 0x01C0003F, 0x3F, 0),
        _ => default,
    }));

    /// <summary>As on AMD, leaf 4 is empty; the extended one says 16 ways of 64 sets of 64 bytes, not the usual size.</summary>
    [Fact]
    public void SizeOf_ExtendedLeaf_ProductOfItsParts() => Assert.Equal(64 << 10, FirstLevelCache.SizeOf((leaf, cache) => ((uint)leaf, cache) switch
    {
        (0, 0) => (0x10, 0, 0, 0),
        (0x80000000, 0) => (unchecked((int)0x80000028), 0, 0, 0),
        (0x8000001D, 0) => (0x00004121, 0x03C0003F, 0x3F, 0),
        _ => default,
    }));

    [Fact]
    public void SizeOf_NothingSaid_UsualSize() => Assert.Equal(FirstLevelCache.Usual, FirstLevelCache.SizeOf((_, _) => default));

    [Fact]
    public void Size_ThisProcessor_IsPlausible() => Assert.InRange(FirstLevelCache.Size, 8 << 10, 1 << 20);
}
