namespace DistTrain.Numerics.Products;

/// <summary>How many vectors wide a sparse tile is, known when it is compiled.</summary>
internal interface ITileWidth
{
    static abstract bool IsWide { get; }

    /// <summary>Floats.</summary>
    static abstract uint Columns { get; }
}

internal readonly struct EightVectors : ITileWidth
{
    public static bool IsWide => false;

    public static uint Columns => SparseTile.Columns;
}

internal readonly struct NineVectors : ITileWidth
{
    public static bool IsWide => true;

    public static uint Columns => SparseTile.WideColumns;
}
