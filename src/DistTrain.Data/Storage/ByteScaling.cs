using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace DistTrain.Data;

/// <summary>Turns bytes into scaled float32: (x − offset) · factor, two rounded operations for each number.</summary>
internal static class ByteScaling
{
    /// <param name="bytes">Shape (width,).</param>
    /// <param name="offset">Shape (width,); empty: the bytes as they are.</param>
    /// <param name="factor">As long as <paramref name="offset"/>.</param>
    /// <param name="destination">Shape (width,).</param>
    public static void Apply(
        ReadOnlySpan<byte> bytes, ReadOnlySpan<float> offset, ReadOnlySpan<float> factor, Span<float> destination)
    {
        CheckLengths(bytes.Length, offset.Length, factor.Length, destination.Length);
        ref byte source = ref MemoryMarshal.GetReference(bytes);
        ref float target = ref MemoryMarshal.GetReference(destination);
        ref float offsets = ref MemoryMarshal.GetReference(offset);
        ref float factors = ref MemoryMarshal.GetReference(factor);
        int whole = Vector128.IsHardwareAccelerated ? bytes.Length - (bytes.Length % Vector128<byte>.Count) : 0;
        for (int index = 0; index < whole; index += Vector128<byte>.Count)
        {
            Vector128<byte> packed = Vector128.LoadUnsafe(ref source, (nuint)index);
            (Vector128<ushort> low, Vector128<ushort> high) = Vector128.Widen(packed);
            Store(Vector256.ConvertToSingle(Widen(low)), index, ref offsets, ref factors, offset.IsEmpty, ref target);
            Store(Vector256.ConvertToSingle(Widen(high)), index + 8, ref offsets, ref factors, offset.IsEmpty, ref target);
        }

        ApplyScalar(
            bytes[whole..], offset.IsEmpty ? offset : offset[whole..], offset.IsEmpty ? factor : factor[whole..],
            destination[whole..]);
    }

    /// <summary>The scalar twin: same bits.</summary>
    public static void ApplyScalar(
        ReadOnlySpan<byte> bytes, ReadOnlySpan<float> offset, ReadOnlySpan<float> factor, Span<float> destination)
    {
        CheckLengths(bytes.Length, offset.Length, factor.Length, destination.Length);
        for (int index = 0; index < bytes.Length; index++)
        {
            destination[index] = offset.IsEmpty ? bytes[index] : (bytes[index] - offset[index]) * factor[index];
        }
    }

    private static Vector256<int> Widen(Vector128<ushort> values)
    {
        (Vector128<uint> low, Vector128<uint> high) = Vector128.Widen(values);
        return Vector256.Create(low, high).AsInt32();
    }

    private static void Store(
        Vector256<float> values, int index, ref float offsets, ref float factors, bool unscaled, ref float target)
    {
        if (!unscaled)
        {
            values = (values - Vector256.LoadUnsafe(ref offsets, (nuint)index)) * Vector256.LoadUnsafe(ref factors, (nuint)index);
        }

        values.StoreUnsafe(ref target, (nuint)index);
    }

    private static void CheckLengths(int bytes, int offset, int factor, int destination)
    {
        if (bytes != destination || offset != factor || (offset != 0 && offset != bytes))
        {
            throw new ArgumentException(
                $"{bytes} bytes, {offset} offsets, {factor} factors and a destination of {destination} do not fit");
        }
    }
}
