namespace DistTrain.Numerics;

/// <summary>
/// A convolution of samples in blocks of sixteen (<see cref="SampleBlocks"/>), perhaps with what stands behind it: one
/// thread's workspace. Its output, and the gradient that comes back to it, are of the last of these.
/// </summary>
public interface IConvolution2d : IDisposable
{
    /// <inheritdoc cref="Convolution2d.Forward"/>
    void Forward(
        int sampleCount, ReadOnlySpan<float> input, ReadOnlySpan<float> weight, ReadOnlySpan<float> bias, Span<float> output);

    /// <inheritdoc cref="Convolution2d.InputGradient"/>
    void InputGradient(
        int sampleCount, ReadOnlySpan<float> outputGradient, ReadOnlySpan<float> weight, Span<float> inputGradient);

    /// <inheritdoc cref="Convolution2d.WeightGradient"/>
    void WeightGradient(
        ReadOnlySpan<int> segmentStarts, ReadOnlySpan<float> input, ReadOnlySpan<float> outputGradient,
        Span<float> weightGradient, Span<float> biasGradient = default);
}
