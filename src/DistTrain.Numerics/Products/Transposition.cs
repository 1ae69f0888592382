using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace DistTrain.Numerics.Products;

/// <summary>Writes rows as columns: target[i · step + r] = row r [i].</summary>
internal static unsafe class Transposition
{
    /// <summary>16 elements of 12 rows, into a panel of width 12. Needs AVX-512.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write12x16(float** rows, nint offset, float* target)
    {
        Transpose4x16(rows, offset, out var a0, out var a1, out var a2, out var a3);
        Transpose4x16(rows + 4, offset, out var b0, out var b1, out var b2, out var b3);
        Transpose4x16(rows + 8, offset, out var c0, out var c1, out var c2, out var c3);
        WriteLanes(a0, b0, c0, a1, target, 48);
        WriteLanes(b1, c1, a2, b2, target + 16, 48);
        WriteLanes(c2, a3, b3, c3, target + 32, 48);
    }

    /// <summary>16 elements of 16 rows. Needs AVX-512.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write16x16(float** rows, nint offset, float* target, nint step)
    {
        Transpose4x16(rows, offset, out var a0, out var a1, out var a2, out var a3);
        Transpose4x16(rows + 4, offset, out var b0, out var b1, out var b2, out var b3);
        Transpose4x16(rows + 8, offset, out var c0, out var c1, out var c2, out var c3);
        Transpose4x16(rows + 12, offset, out var d0, out var d1, out var d2, out var d3);
        WriteLanes(a0, b0, c0, d0, target, 4 * step);
        WriteLanes(a1, b1, c1, d1, target + step, 4 * step);
        WriteLanes(a2, b2, c2, d2, target + (2 * step), 4 * step);
        WriteLanes(a3, b3, c3, d3, target + (3 * step), 4 * step);
    }

    /// <summary>16 elements of 16 rows that lie <paramref name="sourceStep"/> floats apart. Needs AVX-512.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write16x16(float* source, nint sourceStep, float* target, nint step)
    {
        nint quarter = 4 * sourceStep;
        Transpose4x16(source, sourceStep, out var a0, out var a1, out var a2, out var a3);
        Transpose4x16(source + quarter, sourceStep, out var b0, out var b1, out var b2, out var b3);
        Transpose4x16(source + (2 * quarter), sourceStep, out var c0, out var c1, out var c2, out var c3);
        Transpose4x16(source + (3 * quarter), sourceStep, out var d0, out var d1, out var d2, out var d3);
        WriteLanes(a0, b0, c0, d0, target, 4 * step);
        WriteLanes(a1, b1, c1, d1, target + step, 4 * step);
        WriteLanes(a2, b2, c2, d2, target + (2 * step), 4 * step);
        WriteLanes(a3, b3, c3, d3, target + (3 * step), 4 * step);
    }

    /// <summary>4 elements of 4 rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write4x4(float** rows, nint offset, float* target, nint step)
    {
        float* row0 = rows[0] + offset, row1 = rows[1] + offset, row2 = rows[2] + offset, row3 = rows[3] + offset;
        if (Sse.IsSupported)
        {
            Vector128<float> r0 = Vector128.Load(row0), r1 = Vector128.Load(row1);
            Vector128<float> r2 = Vector128.Load(row2), r3 = Vector128.Load(row3);
            Vector128<float> low01 = Sse.UnpackLow(r0, r1), high01 = Sse.UnpackHigh(r0, r1);
            Vector128<float> low23 = Sse.UnpackLow(r2, r3), high23 = Sse.UnpackHigh(r2, r3);
            Sse.MoveLowToHigh(low01, low23).Store(target);
            Sse.MoveHighToLow(low23, low01).Store(target + step);
            Sse.MoveLowToHigh(high01, high23).Store(target + (2 * step));
            Sse.MoveHighToLow(high23, high01).Store(target + (3 * step));
        }
        else if (AdvSimd.Arm64.IsSupported)
        {
            Vector128<float> r0 = Vector128.Load(row0), r1 = Vector128.Load(row1);
            Vector128<float> r2 = Vector128.Load(row2), r3 = Vector128.Load(row3);
            Vector128<double> low01 = AdvSimd.Arm64.ZipLow(r0, r1).AsDouble(), high01 = AdvSimd.Arm64.ZipHigh(r0, r1).AsDouble();
            Vector128<double> low23 = AdvSimd.Arm64.ZipLow(r2, r3).AsDouble(), high23 = AdvSimd.Arm64.ZipHigh(r2, r3).AsDouble();
            AdvSimd.Arm64.ZipLow(low01, low23).AsSingle().Store(target);
            AdvSimd.Arm64.ZipHigh(low01, low23).AsSingle().Store(target + step);
            AdvSimd.Arm64.ZipLow(high01, high23).AsSingle().Store(target + (2 * step));
            AdvSimd.Arm64.ZipHigh(high01, high23).AsSingle().Store(target + (3 * step));
        }
        else
        {
            for (int i = 0; i < 4; i++, target += step)
            {
                Write4x1(rows, offset + i, target);
            }
        }
    }

    /// <summary>One element of 4 rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write4x1(float** rows, nint offset, float* target)
    {
        target[0] = rows[0][offset];
        target[1] = rows[1][offset];
        target[2] = rows[2][offset];
        target[3] = rows[3][offset];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose4x16(
        float** rows, nint offset, out Vector512<float> column0, out Vector512<float> column1,
        out Vector512<float> column2, out Vector512<float> column3) =>
        Transpose4x16(
            Vector512.Load(rows[0] + offset), Vector512.Load(rows[1] + offset), Vector512.Load(rows[2] + offset),
            Vector512.Load(rows[3] + offset), out column0, out column1, out column2, out column3);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose4x16(
        float* source, nint step, out Vector512<float> column0, out Vector512<float> column1,
        out Vector512<float> column2, out Vector512<float> column3) =>
        Transpose4x16(
            Vector512.Load(source), Vector512.Load(source + step), Vector512.Load(source + (2 * step)),
            Vector512.Load(source + (3 * step)), out column0, out column1, out column2, out column3);

    /// <summary>Lane q of column j holds element 4·q + j of the four rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Transpose4x16(
        Vector512<float> r0, Vector512<float> r1, Vector512<float> r2, Vector512<float> r3, out Vector512<float> column0,
        out Vector512<float> column1, out Vector512<float> column2, out Vector512<float> column3)
    {
        Vector512<double> low01 = Avx512F.UnpackLow(r0, r1).AsDouble(), high01 = Avx512F.UnpackHigh(r0, r1).AsDouble();
        Vector512<double> low23 = Avx512F.UnpackLow(r2, r3).AsDouble(), high23 = Avx512F.UnpackHigh(r2, r3).AsDouble();
        column0 = Avx512F.UnpackLow(low01, low23).AsSingle();
        column1 = Avx512F.UnpackHigh(low01, low23).AsSingle();
        column2 = Avx512F.UnpackLow(high01, high23).AsSingle();
        column3 = Avx512F.UnpackHigh(high01, high23).AsSingle();
    }

    /// <summary>Writes lane q of the four vectors, side by side, to target + q · step.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void WriteLanes(
        Vector512<float> v0, Vector512<float> v1, Vector512<float> v2, Vector512<float> v3, float* target, nint step)
    {
        Vector512<float> low01 = Avx512F.Shuffle4x128(v0, v1, 0x44), high01 = Avx512F.Shuffle4x128(v0, v1, 0xEE);
        Vector512<float> low23 = Avx512F.Shuffle4x128(v2, v3, 0x44), high23 = Avx512F.Shuffle4x128(v2, v3, 0xEE);
        Avx512F.Shuffle4x128(low01, low23, 0x88).Store(target);
        Avx512F.Shuffle4x128(low01, low23, 0xDD).Store(target + step);
        Avx512F.Shuffle4x128(high01, high23, 0x88).Store(target + (2 * step));
        Avx512F.Shuffle4x128(high01, high23, 0xDD).Store(target + (3 * step));
    }
}
