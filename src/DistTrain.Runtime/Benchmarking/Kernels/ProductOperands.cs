using DistTrain.Numerics;

namespace DistTrain.Runtime.Benchmarking;

/// <summary>Operands of a product, made when they are first used and the same in every process.</summary>
internal sealed class ProductOperands(ProductCase product)
{
    private readonly Lazy<float[]> _a = new(() => Draw(0, (long)product.M * product.K));
    private readonly Lazy<float[]> _b = new(() => Draw(1, (long)product.K * product.N));
    private readonly Lazy<float[]> _c = new(() => new float[(long)product.M * product.N]);

    public float[] A => _a.Value;

    public float[] B => _b.Value;

    public float[] C => _c.Value;

    /// <summary>Normal: no zeros, no denormals.</summary>
    public static float[] Draw(int which, long length)
    {
        var values = new float[length];
        new PhiloxKey(1, RandomPurpose.Synthetic, layer: which).Row().FillNormal(values);
        return values;
    }
}
