using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DistTrain.Numerics.Kernels;

/// <summary>A standard normal from a random word, by the inverse of the distribution function.</summary>
/// <remarks>
/// Bit 0 is the sign, bits 1 … 31 make p = (m + ½) / 2^32 in (0, ½): |z| = −Φ⁻¹(p), at most 6.3. Φ⁻¹ is PPND7 of
/// Wichura, "Algorithm AS 241: the percentage points of the normal distribution" (1988), good to about 1e-7; its far
/// tail (p below e^-25) cannot occur.
/// </remarks>
internal static class NormalQuantile
{
    private const float Unit = 1f / 4294967296f;
    private const float CentralEnd = 0.425f;
    private const float CentralEndSquared = 0.180625f;
    private const float TailStart = 1.6f;

    private const float A0 = 3.3871327179f;
    private const float A1 = 50.434271938f;
    private const float A2 = 159.29113202f;
    private const float A3 = 59.109374720f;
    private const float B1 = 17.895169469f;
    private const float B2 = 78.757757664f;
    private const float B3 = 67.187563600f;

    private const float C0 = 1.4234372777f;
    private const float C1 = 2.7568153900f;
    private const float C2 = 1.3067284816f;
    private const float C3 = 0.17023821103f;
    private const float D1 = 0.73700164250f;
    private const float D2 = 0.12021132975f;

    public static float Apply(uint word)
    {
        float p = ((int)(word >> 1) + 0.5f) * Unit;
        float q = 0.5f - p;
        float size;
        if (q <= CentralEnd)
        {
            float r = MathF.FusedMultiplyAdd(-q, q, CentralEndSquared);
            float upper = MathF.FusedMultiplyAdd(A3, r, A2);
            upper = MathF.FusedMultiplyAdd(upper, r, A1);
            upper = MathF.FusedMultiplyAdd(upper, r, A0);
            float lower = MathF.FusedMultiplyAdd(B3, r, B2);
            lower = MathF.FusedMultiplyAdd(lower, r, B1);
            lower = MathF.FusedMultiplyAdd(lower, r, 1);
            size = q * upper / lower;
        }
        else
        {
            float r = MathF.Sqrt(-default(LogFunction).Apply(p)) - TailStart;
            float upper = MathF.FusedMultiplyAdd(C3, r, C2);
            upper = MathF.FusedMultiplyAdd(upper, r, C1);
            upper = MathF.FusedMultiplyAdd(upper, r, C0);
            float lower = MathF.FusedMultiplyAdd(D2, r, D1);
            lower = MathF.FusedMultiplyAdd(lower, r, 1);
            size = upper / lower;
        }

        return BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(size) ^ (word << 31));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Apply(Vector512<uint> words)
    {
        Vector512<float> one = Vector512<float>.One;
        Vector512<float> half = Vector512.Create(0.5f);
        Vector512<float> p =
            (Vector512.ConvertToSingle((words >>> 1).AsInt32()) + half) * Vector512.Create(Unit);
        Vector512<float> q = half - p;

        Vector512<float> r = Vector512.FusedMultiplyAdd(-q, q, Vector512.Create(CentralEndSquared));
        Vector512<float> upper = Vector512.FusedMultiplyAdd(Vector512.Create(A3), r, Vector512.Create(A2));
        upper = Vector512.FusedMultiplyAdd(upper, r, Vector512.Create(A1));
        upper = Vector512.FusedMultiplyAdd(upper, r, Vector512.Create(A0));
        Vector512<float> lower = Vector512.FusedMultiplyAdd(Vector512.Create(B3), r, Vector512.Create(B2));
        lower = Vector512.FusedMultiplyAdd(lower, r, Vector512.Create(B1));
        lower = Vector512.FusedMultiplyAdd(lower, r, one);
        Vector512<float> central = q * upper / lower;

        r = Vector512.Sqrt(-default(LogFunction).Apply(p)) - Vector512.Create(TailStart);
        upper = Vector512.FusedMultiplyAdd(Vector512.Create(C3), r, Vector512.Create(C2));
        upper = Vector512.FusedMultiplyAdd(upper, r, Vector512.Create(C1));
        upper = Vector512.FusedMultiplyAdd(upper, r, Vector512.Create(C0));
        lower = Vector512.FusedMultiplyAdd(Vector512.Create(D2), r, Vector512.Create(D1));
        lower = Vector512.FusedMultiplyAdd(lower, r, one);
        Vector512<float> size = Vector512.ConditionalSelect(
            Vector512.LessThanOrEqual(q, Vector512.Create(CentralEnd)), central, upper / lower);
        return (size.AsUInt32() ^ (words << 31)).AsSingle();
    }
}
