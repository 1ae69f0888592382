using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace DistTrain.Numerics.Products;

/// <summary>Tiles at the edge of a matrix are computed whole in a scratch tile; the part inside is copied.</summary>
internal static unsafe class Tile
{
    /// <summary>Asks for the lines of a tile, which is far away by its rows' distance, before they are needed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(float* tile, nint stride, int rows, int columns)
    {
        if (Sse.IsSupported)
        {
            for (; rows > 0; rows--, tile += stride)
            {
                for (int column = 0; column < columns; column += 16)
                {
                    Sse.Prefetch0(tile + column);
                }
            }
        }
    }

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
