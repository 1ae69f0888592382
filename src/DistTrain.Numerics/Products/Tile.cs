namespace DistTrain.Numerics.Products;

/// <summary>Tiles at the edge of a matrix are computed whole in a scratch tile; the part inside is copied.</summary>
internal static unsafe class Tile
{
    public static void Copy(float* source, nint sourceStride, float* target, nint targetStride, int rows, int columns)
    {
        for (int row = 0; row < rows; row++, source += sourceStride, target += targetStride)
        {
            for (int column = 0; column < columns; column++)
            {
                target[column] = source[column];
            }
        }
    }
}
