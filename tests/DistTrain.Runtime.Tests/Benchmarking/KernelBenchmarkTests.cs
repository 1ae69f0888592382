using System.Globalization;
using DistTrain.Runtime.Benchmarking;

namespace DistTrain.Runtime.Tests.Benchmarking;

public sealed class KernelBenchmarkTests
{
    [Fact]
    public void Run_WithAFilter_TimesWhatMatches()
    {
        KernelReport report = KernelBenchmark.Run("32×256×512", rounds: 2, sampleSeconds: 1e-4, blasChild: null);

        Assert.Equal(["product X·W", "product δ·Wᵀ", "product Xᵀ·δ"], report.Kernels.Select(kernel => kernel.Kernel));
        Assert.True(report.PeakGflops > 0);
        Assert.All(report.Kernels, kernel => Assert.True(kernel.Speed.Min > 0 && kernel.ShareOfPeak > 0, kernel.ToString()));
    }

    [Fact]
    public void Run_ConvolutionsAndCachedVectors_Work()
    {
        Assert.Equal(5, KernelBenchmark.Run("conv2d", 1, 1e-6, null).Kernels.Length);
        Assert.Equal(13, KernelBenchmark.Run("in cache", 1, 1e-6, null).Kernels.Length);
    }

    [SkippableFact]
    public void OpenBlas_InEachForm_GivesOurProductUpToRounding()
    {
        OpenBlas? library = OpenBlas.TryLoad();
        Skip.If(library is null, "libopenblas is not installed");
        foreach (ProductForm form in Enum.GetValues<ProductForm>())
        {
            var product = new ProductCase(form, 7, 33, 20);
            var operands = new ProductOperands(product);
            var theirs = new float[7 * 33];
            library.Multiply(product, operands.A, operands.B, theirs);
            Multiply(product, operands);
            for (int i = 0; i < theirs.Length; i++)
            {
                // Twenty terms of about 1, in another order.
                Assert.Equal(operands.C[i], theirs[i], 1e-5);
            }
        }
    }

    [SkippableFact]
    public void BlasChild_AskedForAProduct_AnswersWithSeconds()
    {
        Skip.If(OpenBlas.TryLoad() is null, "libopenblas is not installed");
        using var output = new StringWriter();
        BlasChild.Run(new StringReader("Nt 8 8 8 1E-05\nsample\n"), output);

        string[] lines = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3, lines.Length);
        Assert.Equal("ready", lines[1]);
        Assert.InRange(double.Parse(lines[2], CultureInfo.InvariantCulture), 1e-9, 1);
    }

    private static void Multiply(in ProductCase product, ProductOperands operands)
    {
        (ProductForm form, int m, int n, int k) = product;
        switch (form)
        {
            case ProductForm.Nn:
                Numerics.MatrixProduct.Nn(m, n, k, operands.A, operands.B, operands.C);
                break;
            case ProductForm.Nt:
                Numerics.MatrixProduct.Nt(m, n, k, operands.A, operands.B, operands.C);
                break;
            default:
                Numerics.MatrixProduct.Tn(m, n, [0, k], operands.A, operands.B, operands.C);
                break;
        }
    }
}
