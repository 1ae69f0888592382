namespace DistTrain.Numerics.Products;

/// <summary>An operand of a product as it lies in memory: an a of (m, k) or (k, m), or a b of (k, n) or (n, k).</summary>
/// <param name="stride">Floats from row to row.</param>
/// <param name="runsAlongK">Rows run along k: an a of (m, k), or a b of (n, k).</param>
internal readonly unsafe struct Operand(float* source, nint stride, bool runsAlongK)
{
    /// <summary>Packs rows of a, or columns of b, from <paramref name="first"/> on and of k from <paramref name="k"/> on.</summary>
    /// <inheritdoc cref="PanelPacking.PackAcross"/>
    public void Pack(int first, int count, int k, int kCount, int width, int step, float* panels, float* zeros)
    {
        if (runsAlongK)
        {
            PanelPacking.PackAcross(source + (first * stride) + k, stride, count, kCount, width, step, panels, zeros);
        }
        else
        {
            PanelPacking.PackAlong(source + (k * stride) + first, stride, count, kCount, width, step, panels);
        }
    }
}
