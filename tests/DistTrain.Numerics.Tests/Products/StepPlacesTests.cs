using System.Numerics;
using System.Runtime.Intrinsics.X86;
using DistTrain.Numerics.Products;

namespace DistTrain.Numerics.Tests.Products;

/// <summary>Both ways to list a mask's bits, against a loop over them.</summary>
public unsafe class StepPlacesTests
{
    [SkippableFact]
    public void Write_AnyMask_ListsItsBitsInOrder()
    {
        Skip.IfNot(Avx512F.IsSupported, "entries are listed on processors with AVX-512");
        var random = new Random(20261124);
        ulong[] masks = [0, 1, 1UL << 63, ulong.MaxValue, 0x8000_0001_0001_8000, .. Enumerable.Range(0, 500).Select(_ => Mask(random))];
        byte* atOnce = stackalloc byte[StepPlaces.WrittenMost], bySixteen = stackalloc byte[StepPlaces.WrittenMost];
        foreach (ulong mask in masks)
        {
            byte[] expected = [.. Enumerable.Range(0, 64).Where(step => (mask >> step & 1) != 0).Select(step => (byte)step)];
            StepPlaces.WriteBySixteen(mask, bySixteen);
            Assert.Equal(expected, new ReadOnlySpan<byte>(bySixteen, expected.Length).ToArray());
            if (Avx512Vbmi2.IsSupported)
            {
                StepPlaces.WriteAtOnce(mask, atOnce);
                Assert.Equal(expected, new ReadOnlySpan<byte>(atOnce, expected.Length).ToArray());
            }
        }
    }

    private static ulong Mask(Random random) => (ulong)random.NextInt64() << BitOperations.Log2((uint)random.Next(1, 64));
}
