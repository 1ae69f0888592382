namespace DistTrain.Numerics.Products;

/// <summary>Copies a block of a matrix into panels, the layout that the micro-kernels read.</summary>
/// <remarks>
/// A panel of width w holds (kCount, w) dense: the w rows (of a) or columns (of b) of a tile, side by side for each k.
/// The last panel is filled up with zeros.
/// </remarks>
internal static unsafe class PanelPacking
{
    /// <summary>Packs from a matrix whose rows run along k's neighbours: element (k, i) is source[k · stride + i].</summary>
    /// <param name="count">Rows of a, or columns of b, to pack.</param>
    public static void PackAlong(float* source, nint stride, int count, int kCount, int width, float* panels)
    {
        for (int first = 0; first < count; first += width)
        {
            int used = Math.Min(width, count - first);
            float* row = source + first;
            for (int k = 0; k < kCount; k++, row += stride, panels += width)
            {
                new ReadOnlySpan<float>(row, used).CopyTo(new Span<float>(panels, width));
                new Span<float>(panels + used, width - used).Clear();
            }
        }
    }

    /// <summary>Packs from a matrix whose rows run along k: element (k, i) is source[i · stride + k].</summary>
    /// <param name="count">Rows of a, or columns of b, to pack.</param>
    public static void PackAcross(float* source, nint stride, int count, int kCount, int width, float* panels)
    {
        for (int first = 0; first < count; first += width)
        {
            int used = Math.Min(width, count - first);
            for (int i = 0; i < width; i++)
            {
                float* row = source + ((first + i) * stride);
                float* target = panels + i;
                for (int k = 0; k < kCount; k++, target += width)
                {
                    *target = i < used ? row[k] : 0;
                }
            }

            panels += (nint)kCount * width;
        }
    }
}
