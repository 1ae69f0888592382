namespace DistTrain.Numerics.Products;

/// <summary>A thread's working memory for products: it grows to the largest shape seen and is then reused.</summary>
/// <remarks>When the thread ends, the buffers' finalizers free it.</remarks>
internal static unsafe class PackingScratch
{
    [ThreadStatic]
    private static AlignedBuffer? _a;

    [ThreadStatic]
    private static AlignedBuffer? _b;

    [ThreadStatic]
    private static AlignedBuffer? _tiles;

    [ThreadStatic]
    private static AlignedBuffer? _transposed;

    public static float* A(int length) => Grow(ref _a, length);

    public static float* B(int length) => Grow(ref _b, length);

    public static float* Tiles(int length) => Grow(ref _tiles, length);

    /// <summary>A result that is written elsewhere when it is done.</summary>
    public static float* Transposed(int length) => Grow(ref _transposed, length);

    private static float* Grow(ref AlignedBuffer? buffer, int length)
    {
        if (buffer is null || buffer.Length < length)
        {
            buffer?.Dispose();
            buffer = new AlignedBuffer(length);
        }

        return buffer.Pointer;
    }
}
