namespace DistTrain.Numerics;

/// <summary>
/// The sizes of a two-dimensional convolution (cross-correlation): input (inChannels, height, width), weight
/// (outChannels, inChannels, kernelHeight, kernelWidth), output (outChannels, outHeight, outWidth). Row-major.
/// </summary>
/// <remarks>A default instance has no sizes and is no convolution.</remarks>
public readonly record struct ConvolutionShape
{
    /// <summary>Stride and padding alike in both directions.</summary>
    public ConvolutionShape(
        int inChannels, int height, int width, int outChannels, int kernelHeight, int kernelWidth,
        int stride = 1, int padding = 0)
        : this(inChannels, height, width, outChannels, kernelHeight, kernelWidth, stride, stride, padding, padding)
    {
    }

    /// <param name="strideHeight">Positions from one patch to the next below it; 1 or more. Across alike.</param>
    /// <param name="paddingHeight">Rows of padding above and below the input, fewer than the kernel's. Across alike.</param>
    /// <exception cref="ArgumentException">A size is out of range, or the kernel is larger than the padded input.</exception>
    public ConvolutionShape(
        int inChannels, int height, int width, int outChannels, int kernelHeight, int kernelWidth,
        int strideHeight, int strideWidth, int paddingHeight, int paddingWidth)
    {
        InChannels = AtLeastOne(inChannels, nameof(inChannels));
        Height = AtLeastOne(height, nameof(height));
        Width = AtLeastOne(width, nameof(width));
        OutChannels = AtLeastOne(outChannels, nameof(outChannels));
        KernelHeight = AtLeastOne(kernelHeight, nameof(kernelHeight));
        KernelWidth = AtLeastOne(kernelWidth, nameof(kernelWidth));
        StrideHeight = AtLeastOne(strideHeight, nameof(strideHeight));
        StrideWidth = AtLeastOne(strideWidth, nameof(strideWidth));
        PaddingHeight = Padding(paddingHeight, kernelHeight, nameof(paddingHeight));
        PaddingWidth = Padding(paddingWidth, kernelWidth, nameof(paddingWidth));
        if (kernelHeight > height + (2L * paddingHeight) || kernelWidth > width + (2L * paddingWidth))
        {
            throw new ArgumentException(
                $"a {kernelHeight}×{kernelWidth} kernel does not fit into an input of {height}×{width} with padding "
                + $"{paddingHeight}×{paddingWidth}: use a smaller kernel", nameof(kernelHeight));
        }

        long largest = Math.Max(
            Math.Max((long)InChannels * PaddedHeight * PaddedWidth, (long)OutChannels * OutHeight * OutWidth),
            (long)OutChannels * InChannels * KernelHeight * KernelWidth);
        if (largest > int.MaxValue)
        {
            throw new ArgumentException(
                $"a convolution of this size has a tensor of {largest:N0} elements, 2,147,483,647 are the most");
        }
    }

    public int InChannels { get; }

    public int Height { get; }

    public int Width { get; }

    public int OutChannels { get; }

    public int KernelHeight { get; }

    public int KernelWidth { get; }

    public int StrideHeight { get; }

    public int StrideWidth { get; }

    public int PaddingHeight { get; }

    public int PaddingWidth { get; }

    public int OutHeight => ((PaddedHeight - KernelHeight) / StrideHeight) + 1;

    public int OutWidth => ((PaddedWidth - KernelWidth) / StrideWidth) + 1;

    /// <summary>Elements of one sample's input.</summary>
    public int InputSize => InChannels * Height * Width;

    /// <summary>Elements of one sample's output.</summary>
    public int OutputSize => OutChannels * OutHeight * OutWidth;

    public int WeightSize => OutChannels * PatchSize;

    /// <summary>Elements that one output element is made of: inChannels · kernelHeight · kernelWidth.</summary>
    public int PatchSize => InChannels * KernelHeight * KernelWidth;

    /// <summary>Output elements of one channel.</summary>
    public int PositionCount => OutHeight * OutWidth;

    internal int PaddedHeight => Height + (2 * PaddingHeight);

    internal int PaddedWidth => Width + (2 * PaddingWidth);

    private static int Padding(int value, int kernel, string name) =>
        value >= 0 && value < kernel
            ? value
            : throw new ArgumentException(
                $"a convolution whose kernel measures {kernel} has {name} {value}: 0 to {kernel - 1} can be used", name);

    private static int AtLeastOne(int value, string name) =>
        value >= 1 ? value : throw new ArgumentException($"a convolution has {name} {value}, at least 1 is needed", name);
}
