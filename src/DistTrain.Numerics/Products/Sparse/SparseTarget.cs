using System.Runtime.CompilerServices;

namespace DistTrain.Numerics.Products;

/// <summary>Where a sparse product puts its rows: into the rows of a matrix, or into its columns.</summary>
/// <param name="matrix">Row-major.</param>
/// <param name="stride">Floats from row to row.</param>
/// <param name="isTransposed">The product's rows are the matrix's columns.</param>
internal readonly unsafe struct SparseTarget(float* matrix, nint stride, bool isTransposed)
{
    /// <summary>Where to compute a block of rows.</summary>
    /// <param name="scratch">A block of as many columns as the tile is wide, dense.</param>
    public float* Place(int row, int column, int columns, float* scratch, out nint rowStride)
    {
        rowStride = isTransposed ? columns : stride;
        return isTransposed ? scratch : matrix + (row * stride) + column;
    }

    /// <summary>Puts a computed block where it belongs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Finish(int row, int column, int rows, int columns, float* block)
    {
        if (!isTransposed)
        {
            return;
        }

        float* target = matrix + (column * stride) + row;
        int done = rows / 16 * 16;
        for (int j = 0; j < columns; j += 16)
        {
            for (int i = 0; i < done; i += 16)
            {
                Transposition.Write16x16(
                    block + (i * columns) + j, columns, target + (j * stride) + i, stride);
            }
        }

        for (; done < rows; done++)
        {
            for (int j = 0; j < columns; j++)
            {
                target[(j * stride) + done] = block[(done * columns) + j];
            }
        }
    }
}
