using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DistTrain.Numerics.Products;

/// <summary>Some columns of b, packed piece by piece of k where they are first needed, so that they are in the cache then.</summary>
internal readonly unsafe struct SparsePanel
{
    public required float* Values { get; init; }

    public required int Columns { get; init; }

    /// <summary>All pieces stay; else each takes the place of the one before.</summary>
    public required bool IsWhole { get; init; }

    /// <summary>All pieces are packed already.</summary>
    public required bool IsPacked { get; init; }

    /// <summary>Where a piece is packed: (steps, columns), dense.</summary>
    public float* Piece(in SegmentPieces piece) => Values + (IsWhole ? (nint)piece.First * Columns : 0);

    /// <param name="first">First column in b.</param>
    /// <param name="zeros">As many as the piece has steps.</param>
    /// <returns>False: a value is infinite or not a number (<see cref="SparseGuard"/>).</returns>
    public bool TryPack(in Operand b, int first, in SegmentPieces piece, float* zeros)
    {
        float* values = Piece(piece);
        if (!b.RunsAlongK)
        {
            return TryCopy(b.Source + (piece.First * b.Stride) + first, b.Stride, piece.Count, Columns, values);
        }

        b.Pack(first, Columns, piece.First, piece.Count, Columns, Columns, values, zeros);
        return SparseGuard.AreFinite(values, (nint)piece.Count * Columns);
    }

    /// <summary>A piece's rows are read with gaps; in one sweep they come from the second-level cache faster.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Prefetch(in SegmentPieces piece)
    {
        float* values = Piece(piece);
        for (float* end = values + ((nint)piece.Count * Columns); values < end; values += 16)
        {
            Sse.Prefetch0(values);
        }
    }

    /// <summary>Copies and checks in one sweep: rows that are elsewhere in memory are what takes the time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool TryCopy(float* source, nint stride, int rows, int columns, float* values)
    {
        Vector512<int> most = Vector512<int>.Zero;
        for (; rows > 0; rows--, source += stride, values += columns)
        {
            for (int i = 0; i < columns; i += 16)
            {
                Vector512<float> part = Vector512.Load(source + i);
                part.Store(values + i);
                most = SparseGuard.Larger(most, part);
            }
        }

        return SparseGuard.IsFinite(most);
    }
}
