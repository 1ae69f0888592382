using DistTrain.Numerics;

namespace DistTrain.Runtime.Benchmarking;

/// <summary>Matrix products in the sizes of dense layers at usual batches, in all three forms.</summary>
internal static class ProductCases
{
    private static readonly (int M, int N, int K)[] Sizes =
        [(512, 512, 512), (1024, 1024, 1024), (256, 512, 784), (512, 2048, 2048), (32, 256, 512)];

    public static IEnumerable<KernelCase> All() =>
        Sizes.SelectMany(size => Enum.GetValues<ProductForm>(), (size, form) => Make(new(form, size.M, size.N, size.K)));

    private static KernelCase Make(ProductCase product)
    {
        (ProductForm form, int m, int n, int k) = product;
        ProductOperands operands = new(product);
        int[] oneSegment = [0, k];
        Action run = form switch
        {
            ProductForm.Nn => () => MatrixProduct.Nn(m, n, k, operands.A, operands.B, operands.C),
            ProductForm.Nt => () => MatrixProduct.Nt(m, n, k, operands.A, operands.B, operands.C),
            _ => () => MatrixProduct.Tn(m, n, oneSegment, operands.A, operands.B, operands.C),
        };
        return new KernelCase($"product {NameOf(form)}", $"{m}×{n}×{k}", KernelUnit.Gflops, 2.0 * m * n * k, run, product);
    }

    private static string NameOf(ProductForm form) => form switch
    {
        ProductForm.Nn => "X·W",
        ProductForm.Nt => "δ·Wᵀ",
        _ => "Xᵀ·δ",
    };
}
