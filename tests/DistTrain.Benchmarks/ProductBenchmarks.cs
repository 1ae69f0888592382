using BenchmarkDotNet.Attributes;
using DistTrain.Numerics;
using DistTrain.Runtime.Benchmarking;

namespace DistTrain.Benchmarks;

/// <summary>Matrix products in the three forms, beside OpenBLAS where it is installed.</summary>
[Config(typeof(BlasJobs))]
public class ProductBenchmarks
{
    private OpenBlas? _blas;
    private ProductCase _product;
    private int[] _oneSegment = [];
    private float[] _a = [], _b = [], _c = [];

    public static IEnumerable<string> Sizes => ["512×512×512", "1024×1024×1024", "256×512×784", "512×2048×2048", "32×256×512"];

    [ParamsSource(nameof(Sizes))]
    public string Size { get; set; } = "";

    [ParamsAllValues]
    public ProductForm Form { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        int[] size = [.. Size.Split('×').Select(int.Parse)];
        _product = new ProductCase(Form, size[0], size[1], size[2]);
        _oneSegment = [0, _product.K];
        _a = Draw(0, _product.M * _product.K);
        _b = Draw(1, _product.K * _product.N);
        _c = new float[_product.M * _product.N];
        _blas = OpenBlas.TryLoad();
    }

    [Benchmark]
    public void DistTrain()
    {
        (ProductForm form, int m, int n, int k) = _product;
        switch (form)
        {
            case ProductForm.Nn:
                MatrixProduct.Nn(m, n, k, _a, _b, _c);
                break;
            case ProductForm.Nt:
                MatrixProduct.Nt(m, n, k, _a, _b, _c);
                break;
            default:
                MatrixProduct.Tn(m, n, _oneSegment, _a, _b, _c);
                break;
        }
    }

    /// <summary>Without the library a benchmark that fails, and the others go on.</summary>
    [Benchmark(Baseline = true)]
    public void OpenBLAS() =>
        (_blas ?? throw new InvalidOperationException("libopenblas is not installed")).Multiply(_product, _a, _b, _c);

    private static float[] Draw(int which, int length)
    {
        var values = new float[length];
        new PhiloxKey(1, RandomPurpose.Synthetic, layer: which).Row().FillNormal(values);
        return values;
    }
}
