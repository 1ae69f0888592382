namespace DistTrain.Numerics.Products;

/// <summary>How the columns of c are cut into sparse tiles: evenly, each four to nine vectors wide.</summary>
internal static class TileColumns
{
    /// <summary>Columns; fewer could be left with less than four vectors for a tile.</summary>
    public const int Least = 8 * Vector;

    /// <summary>Columns of the widest tile there is.</summary>
    public const int Most = 9 * Vector;

    /// <summary>Columns of the widest tile that pays on this processor.</summary>
    public static int Widest { get; } = WidestFor(FirstLevelCache.Size);

    /// <summary>
    /// So many that the rows of a piece of b (<see cref="SparseRows.PieceMost"/>) take three quarters of the first-level cache;
    /// six vectors at least: with fewer, loading the entries would cost too much.
    /// </summary>
    /// <param name="cache">Bytes.</param>
    public static int WidestFor(int cache) =>
        Math.Clamp(cache * 3 / 4 / (SparseRows.PieceMost * sizeof(float)) / Vector, 6, 9) * Vector;

    /// <summary>How many of a number of columns tiles cover: all but the last up to 15.</summary>
    public static int Covered(int columns) => columns < Least ? 0 : columns / Vector * Vector;

    /// <summary>Columns of the next tile.</summary>
    /// <param name="left">Columns left to cover, of at least <see cref="Least"/> in all; a multiple of a vector.</param>
    public static int Next(int left, int widest)
    {
        int vectors = left / Vector, most = widest / Vector;
        return vectors / ((vectors + most - 1) / most) * Vector;
    }

    private const int Vector = 16;
}
