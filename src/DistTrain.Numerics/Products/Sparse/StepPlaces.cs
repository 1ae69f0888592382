using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DistTrain.Numerics.Products;

/// <summary>Which steps of a piece have entries, as bytes in ascending order. Needs AVX-512; with VBMI2 it takes all steps at once.</summary>
internal static unsafe class StepPlaces
{
    /// <summary>Bytes that are written, or less, however few steps there are.</summary>
    public const int WrittenMost = SparseRows.PieceMost;

    /// <param name="mask">Bit l: step l has an entry.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write(ulong mask, byte* places)
    {
        if (Avx512Vbmi2.IsSupported)
        {
            WriteAtOnce(mask, places);
        }
        else
        {
            WriteBySixteen(mask, places);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void WriteAtOnce(ulong mask, byte* places)
    {
        // Byte l gets the byte of the mask that has step l's bit, in the part of it that its lane holds twice.
        Vector512<byte> bits = Avx512BW.Shuffle(Vector512.Create(mask).AsByte(), ByteOfStep) & BitOfStep;
        Avx512Vbmi2.Compress(Vector512<byte>.Zero, Vector512.Equals(bits, BitOfStep), Vector512<byte>.Indices).Store(places);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void WriteBySixteen(ulong mask, byte* places)
    {
        Vector512<int> steps = Vector512<int>.Indices, bit = Avx512F.ShiftLeftLogicalVariable(Vector512<int>.One, Vector512<uint>.Indices);
        for (; mask != 0; mask >>= 16)
        {
            int sixteen = (ushort)mask;
            Vector512<int> keep = Vector512.Equals(Vector512.Create(sixteen) & bit, bit);
            Avx512F.ConvertToVector128Byte(Avx512F.Compress(Vector512<int>.Zero, keep, steps)).Store(places);
            places += BitOperations.PopCount((uint)sixteen);
            steps += Vector512.Create(16);
        }
    }

    private static Vector512<byte> ByteOfStep => Vector512.Create(
        0x0000000000000000UL, 0x0101010101010101, 0x0202020202020202, 0x0303030303030303,
        0x0404040404040404, 0x0505050505050505, 0x0606060606060606, 0x0707070707070707).AsByte();

    private static Vector512<byte> BitOfStep => Vector512.Create(0x8040201008040201UL).AsByte();
}
