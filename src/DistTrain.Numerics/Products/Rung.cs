namespace DistTrain.Numerics.Products;

/// <summary>The vectors that the matrix product and what is built on it work with.</summary>
internal enum Rung
{
    Scalar,
    Bits128,
    Bits256,
    Bits512,
}
