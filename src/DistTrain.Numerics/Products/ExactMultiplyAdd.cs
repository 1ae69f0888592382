using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace DistTrain.Numerics.Products;

/// <summary>fma(a, b, c) rounded once, on four floats, also where the processor has no such instruction.</summary>
/// <remarks>
/// The product of two floats is exact in double. Its sum with c is rounded to odd (S. Boldo and G. Melquiond, "Emulation
/// of a FMA and correctly rounded sums: proved algorithms using rounding to odd", 2008): the second rounding, to float,
/// then gives what a single one would, since double has more than two bits beyond float's.
/// </remarks>
internal static class ExactMultiplyAdd
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Run(Vector128<float> a, Vector128<float> b, Vector128<float> c)
    {
        if (AdvSimd.IsSupported || Fma.IsSupported || !Sse2.IsSupported)
        {
            return Vector128.FusedMultiplyAdd(a, b, c);
        }

        Vector128<float> aHigh = Sse.MoveHighToLow(a, a), bHigh = Sse.MoveHighToLow(b, b), cHigh = Sse.MoveHighToLow(c, c);
        Vector128<double> low = SumToOdd(
            Sse2.ConvertToVector128Double(a) * Sse2.ConvertToVector128Double(b), Sse2.ConvertToVector128Double(c));
        Vector128<double> high = SumToOdd(
            Sse2.ConvertToVector128Double(aHigh) * Sse2.ConvertToVector128Double(bHigh), Sse2.ConvertToVector128Double(cHigh));
        return Sse.MoveLowToHigh(Sse2.ConvertToVector128Single(low), Sse2.ConvertToVector128Single(high));
    }

    /// <summary>x + y, cut off towards zero, with the last bit set where something was cut off.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<double> SumToOdd(Vector128<double> x, Vector128<double> y)
    {
        Vector128<double> sum = x + y;
        Vector128<double> part = sum - x;
        Vector128<double> error = (x - (sum - part)) + (y - part);

        // Inexact and even: one step towards the error, which changes the last bit. Not for infinities: the error is NaN.
        Vector128<double> isInexact = ~Vector128.Equals(error, Vector128<double>.Zero) & Vector128.Equals(error, error);
        Vector128<long> bits = sum.AsInt64();
        Vector128<long> isEven = (bits & Vector128<long>.One) - Vector128<long>.One;
        Vector128<long> differsInSign = (bits ^ error.AsInt64()) >> 63;
        Vector128<long> step = Vector128<long>.One + (differsInSign + differsInSign);
        return (bits + (step & isEven & isInexact.AsInt64())).AsDouble();
    }
}
