using System.Numerics;

namespace DistTrain.Models;

/// <summary>Applies <typeparamref name="TActivation"/> to every element; any shape, kept.</summary>
internal sealed class ActivationLayer<TActivation>(LayerContext context, float parameter = 0)
    : Layer(context, context.Input)
    where TActivation : IActivation
{
    public override LayerLane CreateLane() => new ActivationLane<TActivation>(parameter);

    public override ReferenceLayer<T> CreateReference<T>() => new ActivationReference<T, TActivation>(parameter);
}

/// <summary>The plain twin of <see cref="ActivationLane{TActivation}"/>.</summary>
internal sealed class ActivationReference<T, TActivation>(float parameter) : ReferenceLayer<T>
    where T : struct, IFloatingPointIeee754<T>
    where TActivation : IActivation
{
    private readonly T _parameter = T.CreateChecked(parameter);

    public override T[] Forward(ReferencePass<T> pass, T[] input) =>
        [.. input.Select(x => TActivation.Forward(x, _parameter, pass.IsTraining))];

    public override T[] Backward(ReferencePass<T> pass, T[] input, T[] output, T[] outputGradient, T[] parameterGradient) =>
        [.. input.Select((x, at) => TActivation.Backward(x, output[at], outputGradient[at], _parameter))];
}
