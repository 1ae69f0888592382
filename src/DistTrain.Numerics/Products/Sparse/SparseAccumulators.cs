using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DistTrain.Numerics.Products;

/// <summary>A row of c in a sparse tile: up to nine vectors, of which a narrower tile uses the first.</summary>
/// <remarks>The compiler keeps them in registers, as every method is inlined.</remarks>
internal unsafe struct SparseAccumulators<TWidth>
    where TWidth : struct, ITileWidth
{
    private Vector512<float> _c0, _c1, _c2, _c3, _c4, _c5, _c6, _c7, _c8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Load(float* row)
    {
        _c0 = Vector512.Load(row);
        _c1 = Vector512.Load(row + 16);
        _c2 = Vector512.Load(row + 32);
        _c3 = Vector512.Load(row + 48);

        if (TWidth.Vectors > 4)
        {
            _c4 = Vector512.Load(row + 64);
        }

        if (TWidth.Vectors > 5)
        {
            _c5 = Vector512.Load(row + 80);
        }

        if (TWidth.Vectors > 6)
        {
            _c6 = Vector512.Load(row + 96);
        }

        if (TWidth.Vectors > 7)
        {
            _c7 = Vector512.Load(row + 112);
        }

        if (TWidth.Vectors > 8)
        {
            _c8 = Vector512.Load(row + 128);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void MultiplyAdd(Vector512<float> a, float* b)
    {
        _c0 = Vector512.FusedMultiplyAdd(a, Vector512.Load(b), _c0);
        _c1 = Vector512.FusedMultiplyAdd(a, Vector512.Load(b + 16), _c1);
        _c2 = Vector512.FusedMultiplyAdd(a, Vector512.Load(b + 32), _c2);
        _c3 = Vector512.FusedMultiplyAdd(a, Vector512.Load(b + 48), _c3);

        if (TWidth.Vectors > 4)
        {
            _c4 = Vector512.FusedMultiplyAdd(a, Vector512.Load(b + 64), _c4);
        }

        if (TWidth.Vectors > 5)
        {
            _c5 = Vector512.FusedMultiplyAdd(a, Vector512.Load(b + 80), _c5);
        }

        if (TWidth.Vectors > 6)
        {
            _c6 = Vector512.FusedMultiplyAdd(a, Vector512.Load(b + 96), _c6);
        }

        if (TWidth.Vectors > 7)
        {
            _c7 = Vector512.FusedMultiplyAdd(a, Vector512.Load(b + 112), _c7);
        }

        if (TWidth.Vectors > 8)
        {
            _c8 = Vector512.FusedMultiplyAdd(a, Vector512.Load(b + 128), _c8);
        }
    }

    /// <summary>The same for two rows: each part of b is read once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void MultiplyAdd(
        Vector512<float> a, ref SparseAccumulators<TWidth> c, Vector512<float> e, ref SparseAccumulators<TWidth> d, float* b)
    {
        Vector512<float> part = Vector512.Load(b);
        c._c0 = Vector512.FusedMultiplyAdd(a, part, c._c0);
        d._c0 = Vector512.FusedMultiplyAdd(e, part, d._c0);
        part = Vector512.Load(b + 16);
        c._c1 = Vector512.FusedMultiplyAdd(a, part, c._c1);
        d._c1 = Vector512.FusedMultiplyAdd(e, part, d._c1);
        part = Vector512.Load(b + 32);
        c._c2 = Vector512.FusedMultiplyAdd(a, part, c._c2);
        d._c2 = Vector512.FusedMultiplyAdd(e, part, d._c2);
        part = Vector512.Load(b + 48);
        c._c3 = Vector512.FusedMultiplyAdd(a, part, c._c3);
        d._c3 = Vector512.FusedMultiplyAdd(e, part, d._c3);

        if (TWidth.Vectors > 4)
        {
            part = Vector512.Load(b + 64);
            c._c4 = Vector512.FusedMultiplyAdd(a, part, c._c4);
            d._c4 = Vector512.FusedMultiplyAdd(e, part, d._c4);
        }

        if (TWidth.Vectors > 5)
        {
            part = Vector512.Load(b + 80);
            c._c5 = Vector512.FusedMultiplyAdd(a, part, c._c5);
            d._c5 = Vector512.FusedMultiplyAdd(e, part, d._c5);
        }

        if (TWidth.Vectors > 6)
        {
            part = Vector512.Load(b + 96);
            c._c6 = Vector512.FusedMultiplyAdd(a, part, c._c6);
            d._c6 = Vector512.FusedMultiplyAdd(e, part, d._c6);
        }

        if (TWidth.Vectors > 7)
        {
            part = Vector512.Load(b + 112);
            c._c7 = Vector512.FusedMultiplyAdd(a, part, c._c7);
            d._c7 = Vector512.FusedMultiplyAdd(e, part, d._c7);
        }

        if (TWidth.Vectors > 8)
        {
            part = Vector512.Load(b + 128);
            c._c8 = Vector512.FusedMultiplyAdd(a, part, c._c8);
            d._c8 = Vector512.FusedMultiplyAdd(e, part, d._c8);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(float* row)
    {
        _c0 = Vector512.Load(row) + _c0;
        _c1 = Vector512.Load(row + 16) + _c1;
        _c2 = Vector512.Load(row + 32) + _c2;
        _c3 = Vector512.Load(row + 48) + _c3;

        if (TWidth.Vectors > 4)
        {
            _c4 = Vector512.Load(row + 64) + _c4;
        }

        if (TWidth.Vectors > 5)
        {
            _c5 = Vector512.Load(row + 80) + _c5;
        }

        if (TWidth.Vectors > 6)
        {
            _c6 = Vector512.Load(row + 96) + _c6;
        }

        if (TWidth.Vectors > 7)
        {
            _c7 = Vector512.Load(row + 112) + _c7;
        }

        if (TWidth.Vectors > 8)
        {
            _c8 = Vector512.Load(row + 128) + _c8;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Vector512<int> Lowest(Vector512<int> lowest)
    {
        lowest = Vector512.Min(lowest, _c0.AsInt32());
        lowest = Vector512.Min(lowest, _c1.AsInt32());
        lowest = Vector512.Min(lowest, _c2.AsInt32());
        lowest = Vector512.Min(lowest, _c3.AsInt32());

        if (TWidth.Vectors > 4)
        {
            lowest = Vector512.Min(lowest, _c4.AsInt32());
        }

        if (TWidth.Vectors > 5)
        {
            lowest = Vector512.Min(lowest, _c5.AsInt32());
        }

        if (TWidth.Vectors > 6)
        {
            lowest = Vector512.Min(lowest, _c6.AsInt32());
        }

        if (TWidth.Vectors > 7)
        {
            lowest = Vector512.Min(lowest, _c7.AsInt32());
        }

        if (TWidth.Vectors > 8)
        {
            lowest = Vector512.Min(lowest, _c8.AsInt32());
        }

        return lowest;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Store(float* row)
    {
        _c0.Store(row);
        _c1.Store(row + 16);
        _c2.Store(row + 32);
        _c3.Store(row + 48);

        if (TWidth.Vectors > 4)
        {
            _c4.Store(row + 64);
        }

        if (TWidth.Vectors > 5)
        {
            _c5.Store(row + 80);
        }

        if (TWidth.Vectors > 6)
        {
            _c6.Store(row + 96);
        }

        if (TWidth.Vectors > 7)
        {
            _c7.Store(row + 112);
        }

        if (TWidth.Vectors > 8)
        {
            _c8.Store(row + 128);
        }
    }
}
