namespace DistTrain.Runtime.Benchmarking;

/// <summary>What a kernel's speed is counted in.</summary>
public enum KernelUnit
{
    /// <summary>Billions of float32 additions and multiplications a second.</summary>
    Gflops,

    /// <summary>Billions of bytes read and written a second.</summary>
    Gigabytes,
}

/// <summary>One kernel on operands of one size.</summary>
/// <param name="Kernel">As in "product X·W".</param>
/// <param name="Size">As in "512×512×512".</param>
/// <param name="Work">Operations or bytes of one call.</param>
/// <param name="Product">Set where BLAS computes the same.</param>
public sealed record KernelCase(
    string Kernel, string Size, KernelUnit Unit, double Work, Action Run, ProductCase? Product = null);

/// <summary>c (m,n) = a·b in one of the forms that forward and backward need.</summary>
public readonly record struct ProductCase(ProductForm Form, int M, int N, int K);

public enum ProductForm
{
    /// <summary>a (m,k), b (k,n): X·W of the forward pass.</summary>
    Nn,

    /// <summary>a (m,k), b (n,k): δ·Wᵀ, the input's gradient.</summary>
    Nt,

    /// <summary>a (k,m), b (k,n): Xᵀ·δ, the weight's gradient.</summary>
    Tn,
}
