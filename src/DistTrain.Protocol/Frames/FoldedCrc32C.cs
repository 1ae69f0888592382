using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DistTrain.Protocol;

/// <summary>CRC-32C by carry-less multiplication of 512 bits at a time: as fast as memory is read.</summary>
/// <remarks>
/// A state of 2,048 bits is multiplied by x^2048 mod P, which keeps its remainder, and added to the bytes that follow (Gopal
/// et al., "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ Instruction", Intel 2009). What is left in the end,
/// 128 bits, goes through the CRC instruction. One stream is read in order, which the processor's prefetching likes.
/// </remarks>
internal static class FoldedCrc32C
{
    /// <summary>Bytes of a state; inputs are folded in multiples of it.</summary>
    public const int BlockBytes = 4 * RegisterBytes;

    public static bool IsSupported => Pclmulqdq.V512.IsSupported && Avx512F.IsSupported && BitConverter.IsLittleEndian;

    /// <param name="state">The checksum so far, inverted.</param>
    /// <param name="bytes">A multiple of <see cref="BlockBytes"/>, at least one.</param>
    /// <returns>The checksum, inverted.</returns>
    public static uint Append(uint state, ReadOnlySpan<byte> bytes)
    {
        ref byte source = ref MemoryMarshal.GetReference(bytes);
        Vector512<ulong> a = Load(ref source, 0) ^ Vector512.CreateScalar((ulong)state);
        Vector512<ulong> b = Load(ref source, 1);
        Vector512<ulong> c = Load(ref source, 2);
        Vector512<ulong> d = Load(ref source, 3);
        Vector512<ulong> key = Vector512.Create(Vector128.Create(By2048Low, By2048High));
        for (int at = BlockBytes; at < bytes.Length; at += BlockBytes)
        {
            ref byte next = ref Unsafe.Add(ref source, at);
            a = Fold(a, key) ^ Load(ref next, 0);
            b = Fold(b, key) ^ Load(ref next, 1);
            c = Fold(c, key) ^ Load(ref next, 2);
            d = Fold(d, key) ^ Load(ref next, 3);
        }

        key = Vector512.Create(Vector128.Create(By512Low, By512High));
        a = Fold(Fold(Fold(a, key) ^ b, key) ^ c, key) ^ d;
        Vector128<ulong> small = Vector128.Create(By128Low, By128High);
        Vector128<ulong> rest = a.GetLower().GetLower();
        rest = Fold(rest, small) ^ a.GetLower().GetUpper();
        rest = Fold(rest, small) ^ a.GetUpper().GetLower();
        rest = Fold(rest, small) ^ a.GetUpper().GetUpper();
        return BitOperations.Crc32C(BitOperations.Crc32C(0, rest[0]), rest[1]);
    }

    private static Vector512<ulong> Load(ref byte source, nuint register) =>
        Vector512.LoadUnsafe(ref source, register * RegisterBytes).AsUInt64();

    private static Vector512<ulong> Fold(Vector512<ulong> state, Vector512<ulong> key) =>
        Pclmulqdq.V512.CarrylessMultiply(state, key, LowByLow) ^ Pclmulqdq.V512.CarrylessMultiply(state, key, HighByHigh);

    private static Vector128<ulong> Fold(Vector128<ulong> state, Vector128<ulong> key) =>
        Pclmulqdq.CarrylessMultiply(state, key, LowByLow) ^ Pclmulqdq.CarrylessMultiply(state, key, HighByHigh);

    private const int RegisterBytes = 64;
    private const byte LowByLow = 0x00;
    private const byte HighByHigh = 0x11;

    // x^(n + 32) and x^(n − 32) mod P, bits reflected, for the distance n between a part of the state and what it is added to.
    private const ulong By2048Low = 0xDCB17AA4;
    private const ulong By2048High = 0xB9E02B86;
    private const ulong By512Low = 0x740EEF02;
    private const ulong By512High = 0x9E4ADDF8;
    private const ulong By128Low = 0xF20C0DFE;
    private const ulong By128High = 0x493C7D27;
}
