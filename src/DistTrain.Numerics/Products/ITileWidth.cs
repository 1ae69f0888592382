namespace DistTrain.Numerics.Products;

/// <summary>How many 512-bit vectors wide a tile is, known when it is compiled.</summary>
internal interface ITileWidth
{
    static abstract int Vectors { get; }
}

internal readonly struct OneVector : ITileWidth
{
    public static int Vectors => 1;
}

internal readonly struct TwoVectors : ITileWidth
{
    public static int Vectors => 2;
}

internal readonly struct ThreeVectors : ITileWidth
{
    public static int Vectors => 3;
}

internal readonly struct FourVectors : ITileWidth
{
    public static int Vectors => 4;
}

internal readonly struct FiveVectors : ITileWidth
{
    public static int Vectors => 5;
}

internal readonly struct SixVectors : ITileWidth
{
    public static int Vectors => 6;
}

internal readonly struct SevenVectors : ITileWidth
{
    public static int Vectors => 7;
}

internal readonly struct EightVectors : ITileWidth
{
    public static int Vectors => 8;
}

internal readonly struct NineVectors : ITileWidth
{
    public static int Vectors => 9;
}
