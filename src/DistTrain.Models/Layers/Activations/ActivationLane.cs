namespace DistTrain.Models;

/// <summary>In place where the function's derivative follows from its output.</summary>
internal sealed class ActivationLane<TActivation>(float parameter) : LayerLane
    where TActivation : IActivation
{
    public override bool KeepsInput => !TActivation.KeepsOutput;

    public override bool KeepsOutput => TActivation.KeepsOutput;

    public override bool CanShareOutput => true;

    public override SampleLayout Layout => SampleLayout.Either;

    public override bool SharesGradient => true;

    public override void Forward(in LayerPass pass, ReadOnlySpan<float> input, Span<float> output) =>
        TActivation.Forward(input, output, parameter, pass.IsTraining);

    public override void Backward(
        in LayerPass pass,
        ReadOnlySpan<float> input,
        ReadOnlySpan<float> output,
        Span<float> outputGradient,
        Span<float> inputGradient,
        Span<float> sums)
    {
        if (!inputGradient.IsEmpty)
        {
            TActivation.Backward(TActivation.KeepsOutput ? output : input, outputGradient, parameter);
        }
    }

    public override void Dispose()
    {
    }
}
