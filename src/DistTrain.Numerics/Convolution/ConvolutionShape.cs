namespace DistTrain.Numerics;

/// <summary>
/// The sizes of a two-dimensional convolution (cross-correlation): input (inChannels, height, width), weight
/// (outChannels, inChannels, kernelHeight, kernelWidth), output (outChannels, outHeight, outWidth). Row-major.
/// </summary>
/// <remarks>A default instance has no sizes and is no convolution.</remarks>
public readonly record struct ConvolutionShape
{
    /// <param name="stride">Positions from one patch to the next, in both directions; 1 or more.</param>
    /// <param name="padding">Zeros on every side of the input; less than the kernel's height and width.</param>
    /// <exception cref="ArgumentException">A size is out of range, or the kernel is larger than the padded input.</exception>
    public ConvolutionShape(
        int inChannels, int height, int width, int outChannels, int kernelHeight, int kernelWidth,
        int stride = 1, int padding = 0)
    {
        InChannels = AtLeastOne(inChannels, nameof(inChannels));
        Height = AtLeastOne(height, nameof(height));
        Width = AtLeastOne(width, nameof(width));
        OutChannels = AtLeastOne(outChannels, nameof(outChannels));
        KernelHeight = AtLeastOne(kernelHeight, nameof(kernelHeight));
        KernelWidth = AtLeastOne(kernelWidth, nameof(kernelWidth));
        Stride = AtLeastOne(stride, nameof(stride));
        if (padding < 0 || padding >= Math.Min(kernelHeight, kernelWidth))
        {
            throw new ArgumentException(
                $"a convolution with a {kernelHeight}×{kernelWidth} kernel has padding {padding}: "
                + $"0 to {Math.Min(kernelHeight, kernelWidth) - 1} can be used", nameof(padding));
        }

        Padding = padding;
        if (kernelHeight > height + (2L * padding) || kernelWidth > width + (2L * padding))
        {
            throw new ArgumentException(
                $"a {kernelHeight}×{kernelWidth} kernel does not fit into an input of {height}×{width} "
                + $"with padding {padding}: use a smaller kernel", nameof(kernelHeight));
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

    public int Stride { get; }

    public int Padding { get; }

    public int OutHeight => ((PaddedHeight - KernelHeight) / Stride) + 1;

    public int OutWidth => ((PaddedWidth - KernelWidth) / Stride) + 1;

    /// <summary>Elements of one sample's input.</summary>
    public int InputSize => InChannels * Height * Width;

    /// <summary>Elements of one sample's output.</summary>
    public int OutputSize => OutChannels * OutHeight * OutWidth;

    public int WeightSize => OutChannels * PatchSize;

    /// <summary>Elements that one output element is made of: inChannels · kernelHeight · kernelWidth.</summary>
    public int PatchSize => InChannels * KernelHeight * KernelWidth;

    /// <summary>Output elements of one channel.</summary>
    public int PositionCount => OutHeight * OutWidth;

    internal int PaddedHeight => Height + (2 * Padding);

    internal int PaddedWidth => Width + (2 * Padding);

    private static int AtLeastOne(int value, string name) =>
        value >= 1 ? value : throw new ArgumentException($"a convolution has {name} {value}, at least 1 is needed", name);
}
