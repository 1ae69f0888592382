namespace DistTrain.Numerics.Convolution;

/// <summary>A thread's working memory for convolutions, beside the product's own: it grows and is then reused.</summary>
internal static unsafe class ConvolutionScratch
{
    [ThreadStatic]
    private static AlignedBuffer? _padded;

    [ThreadStatic]
    private static AlignedBuffer? _patches;

    [ThreadStatic]
    private static int[]? _starts;

    /// <summary>A sample with its border of zeros. Cleared.</summary>
    public static float* Padded(in ConvolutionShape shape)
    {
        int length = shape.InChannels * shape.PaddedHeight * shape.PaddedWidth;
        float* padded = Grow(ref _padded, length);
        new Span<float>(padded, length).Clear();
        return padded;
    }

    public static float* Patches(long length) => Grow(ref _patches, checked((int)length));

    /// <summary>Shard borders counted in output positions instead of samples.</summary>
    /// <exception cref="OverflowException">More than 2^31 − 1 positions in all.</exception>
    public static ReadOnlySpan<int> PositionStarts(ReadOnlySpan<int> starts, int positionCount)
    {
        if (_starts is null || _starts.Length < starts.Length)
        {
            _starts = new int[starts.Length];
        }

        for (int s = 0; s < starts.Length; s++)
        {
            _starts[s] = checked(starts[s] * positionCount);
        }

        return _starts.AsSpan(0, starts.Length);
    }

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
