using DistTrain.Numerics;
using DistTrain.Protocol;
using Microsoft.Win32.SafeHandles;

namespace DistTrain.Runtime.Tests.Links.Shared;

/// <summary>Memory between processes; here both ends are in one, which opens its own descriptors the same way.</summary>
public sealed class SharedRegionTests
{
    private const int Length = 5000;

    [SkippableFact]
    public void SharedRegion_OpenedByItsPlace_IsTheSameMemory()
    {
        using SharedRegion owner = Create(slots: 3);
        using SharedRegion? peer = SharedRegion.TryOpen(owner.PlaceOf(2), Length, isWritable: true);
        Assert.NotNull(peer);
        for (int slot = 0; slot < 3; slot++)
        {
            owner.Floats(slot).Span.Fill(slot + 0.5f);
        }

        Assert.Equal(3, peer.Slots);
        Assert.All(peer.Floats(2).Span.ToArray(), value => Assert.Equal(2.5f, value));
        peer.Floats(0).Span[Length - 1] = 7;
        Assert.Equal(7, owner.Floats(0).Span[Length - 1]);
        Assert.Equal(1.5f, owner.Floats(1).Span[0]);
    }

    [SkippableFact]
    public unsafe void SharedRegion_LargeSlots_StartOnHugePagesAndKeepWhatIsInThem()
    {
        const int Large = (1 << 20) + 1;
        using SharedRegion owner = Create(slots: 2, Large);
        owner.Take(0);
        owner.Floats(0).Span[Large - 1] = 5;
        using SharedRegion? peer = SharedRegion.TryOpen(owner.PlaceOf(1), Large, isWritable: true);

        owner.Take(1);
        peer!.Floats(1).Span[0] = 7;
        owner.Take(0);

        Assert.Equal(5, peer.Floats(0).Span[Large - 1]);
        Assert.Equal(0, peer.Floats(0).Span[0]);
        Assert.Equal(7, owner.Floats(1).Span[0]);
        foreach (SharedRegion region in new[] { owner, peer })
        {
            Assert.Equal(0u, (nuint)region.Floats(0).Pointer % HugePages.PageBytes);
            Assert.Equal(0u, (nuint)region.Floats(1).Pointer % HugePages.PageBytes);
        }
    }

    [SkippableFact]
    public void SharedRegion_AfterItsOwnerLetGo_StaysValidForThePeer()
    {
        SharedRegion owner = Create(slots: 1);
        owner.Floats(0).Span.Fill(3);
        using SharedRegion? peer = SharedRegion.TryOpen(owner.PlaceOf(0), Length, isWritable: false);
        owner.Dispose();
        Assert.Equal(3, peer!.Floats(0).Span[Length - 1]);
    }

    [SkippableFact]
    public void SharedRegion_APlaceThatIsNotWhatItClaims_IsNotOpened()
    {
        using SharedRegion owner = Create(slots: 2);
        SharedPlace place = owner.PlaceOf(0);
        Assert.Null(SharedRegion.TryOpen(place with { Nonce = place.Nonce + 1 }, Length, isWritable: false));
        Assert.Null(SharedRegion.TryOpen(place with { Handle = 1_000_000 }, Length, isWritable: false));
        Assert.Null(SharedRegion.TryOpen(place with { Process = -1 }, Length, isWritable: false));
        Assert.Null(SharedRegion.TryOpen(place with { Process = int.MaxValue }, Length, isWritable: false));
        Assert.Null(SharedRegion.TryOpen(place, Length + 1, isWritable: false));
        using var regions = new PeerRegions(Length, isWritable: false);
        Assert.Throws<WireFormatException>(() => regions.Find(place with { Slot = 2 }));
        Assert.Throws<WireFormatException>(() => regions.Find(place with { Slot = -1 }));
        Assert.Throws<IOException>(() => regions.Find(place with { Nonce = 0 }));
        Assert.Equal(2, regions.Find(place).Slots);
    }

    [SkippableFact]
    public void SharedRegion_APeerThatShrinksOrGrowsIt_IsRefusedByTheSystem()
    {
        using SharedRegion owner = Create(slots: 1);
        owner.Floats(0).Span.Fill(3);
        using SafeFileHandle peer = File.OpenHandle(
            $"/proc/self/fd/{owner.PlaceOf(0).Handle}", FileMode.Open, FileAccess.ReadWrite,
            FileShare.ReadWrite | FileShare.Delete);
        long length = RandomAccess.GetLength(peer);
        foreach (long wanted in (long[])[0, 4096, length - 1, length + 4096])
        {
            Exception refusal = Assert.ThrowsAny<Exception>(() => RandomAccess.SetLength(peer, wanted));
            Assert.True(refusal is IOException or UnauthorizedAccessException, refusal.ToString());
        }

        Assert.Equal(length, RandomAccess.GetLength(peer));
        Assert.Equal(3, owner.Floats(0).Span[Length - 1]);
    }

    [SkippableFact]
    public void SharedRegion_MemoryThatCanStillShrink_IsNotOpened()
    {
        using SharedRegion owner = Create(slots: 1);
        SharedPlace place = owner.PlaceOf(0);
        string copy = Path.GetTempFileName();
        try
        {
            // The same bytes in a file that anybody may truncate.
            File.Copy($"/proc/self/fd/{place.Handle}", copy, overwrite: true);
            using SafeFileHandle file = File.OpenHandle(copy, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            Assert.Null(SharedRegion.TryOpen(
                place with { Handle = (int)file.DangerousGetHandle() }, Length, isWritable: false));
        }
        finally
        {
            File.Delete(copy);
        }
    }

    [SkippableFact]
    public void SharedRegion_HasNoNameInAnyFolder()
    {
        using SharedRegion owner = Create(slots: 1);
        string target = new FileInfo($"/proc/self/fd/{owner.PlaceOf(0).Handle}").LinkTarget!;
        Assert.StartsWith("/memfd:", target, StringComparison.Ordinal);
        Assert.EndsWith("(deleted)", target, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void SharedSums_AVectorThatTheCoordinatorStillHolds_IsNotGivenOutAgain()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "shared memory is a Linux matter");
        using SharedSums sums = SharedSums.TryCreate(slots: 2, Length)!;
        SumBuffer first = sums.TryRent()!;
        SharedPlace place = sums.Lend(first);
        sums.Lend(first);
        first.Release();
        SumBuffer second = sums.TryRent()!;
        Assert.NotEqual(place.Slot, second.Slot);
        Assert.Null(sums.TryRent());

        using var regions = new PeerRegions(Length, isWritable: true);
        regions.Find(place).GiveBack(place.Slot);
        Assert.Null(sums.TryRent());
        regions.Find(place).GiveBack(place.Slot);
        Assert.Equal(place.Slot, sums.TryRent()!.Slot);
    }

    [Fact]
    public void SharedPlace_ThroughBytes_IsTheSame()
    {
        var place = new SharedPlace(123, 45, UInt128.MaxValue - 6, 7);
        Assert.Equal(place, SharedPlace.Read(place.ToBytes()));
    }

    private static SharedRegion Create(int slots, int length = Length)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "shared memory is a Linux matter");
        return SharedRegion.TryCreate(slots, length)!;
    }
}
