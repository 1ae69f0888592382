using System.Runtime.InteropServices;

namespace DistTrain.Runtime.Benchmarking;

/// <summary>OpenBLAS where it is installed, to compare with: the product never computes with it.</summary>
/// <remarks>It reads its settings from the environment once, when it is loaded.</remarks>
public sealed unsafe class OpenBlas
{
    /// <summary>Forces the kernels of a processor family.</summary>
    public const string CoreTypeVariable = "OPENBLAS_CORETYPE";

    public const string ThreadsVariable = "OPENBLAS_NUM_THREADS";

    private static readonly string[] LibraryNames =
        ["libopenblas.so.0", "libopenblas.so", "libopenblas.dylib", "libopenblas.dll", "openblas"];

    private readonly delegate* unmanaged[Cdecl]<
        int, int, int, int, int, int, float, float*, int, float*, int, float, float*, int, void> _sgemm;

    private OpenBlas(nint library)
    {
        _sgemm = (delegate* unmanaged[Cdecl]<
            int, int, int, int, int, int, float, float*, int, float*, int, float, float*, int, void>)
            NativeLibrary.GetExport(library, "cblas_sgemm");
        CoreName = NativeLibrary.TryGetExport(library, "openblas_get_corename", out nint coreName)
            ? Marshal.PtrToStringUTF8(((delegate* unmanaged[Cdecl]<nint>)coreName)()) ?? "" : "";
    }

    /// <summary>The processor family whose kernels it chose.</summary>
    public string CoreName { get; }

    /// <returns>Null where it is not installed.</returns>
    public static OpenBlas? TryLoad()
    {
        foreach (string name in LibraryNames)
        {
            if (NativeLibrary.TryLoad(name, out nint library))
            {
                return NativeLibrary.TryGetExport(library, "cblas_sgemm", out _) ? new OpenBlas(library) : null;
            }
        }

        return null;
    }

    /// <summary>c = a·b; operands as the product's form has them, row-major.</summary>
    public void Multiply(in ProductCase product, float[] a, float[] b, float[] c)
    {
        (ProductForm form, int m, int n, int k) = product;
        (int transposeA, int strideA) = form == ProductForm.Tn ? (Transposed, m) : (Plain, k);
        (int transposeB, int strideB) = form == ProductForm.Nt ? (Transposed, k) : (Plain, n);
        fixed (float* pa = a, pb = b, pc = c)
        {
            _sgemm(RowMajor, transposeA, transposeB, m, n, k, 1, pa, strideA, pb, strideB, 0, pc, n);
        }
    }

    private const int RowMajor = 101;
    private const int Plain = 111;
    private const int Transposed = 112;
}
