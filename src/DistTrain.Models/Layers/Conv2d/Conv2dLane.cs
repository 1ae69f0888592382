using DistTrain.Numerics;

namespace DistTrain.Models;

/// <summary>Convolution sample by sample; the orders of the chains stand at <see cref="Conv2dReference{T}"/>.</summary>
internal sealed class Conv2dLane(Conv2dLayer layer) : LayerLane
{
    private readonly WindowGeometry _window = layer.Window;
    private readonly int _inputSize = layer.Input.Size;
    private readonly int _outputSize = layer.Output.Size;
    private readonly int _parameterCount = layer.Weight.Length + (layer.Bias?.Length ?? 0);
    private readonly TreeAccumulator _tree = new(layer.Weight.Length + (layer.Bias?.Length ?? 0));

    private enum Pass
    {
        Output,
        WeightGradient,
        InputGradient,
    }

    public override bool KeepsInput => true;

    public override void Forward(in LayerPass pass, ReadOnlySpan<float> input, Span<float> output)
    {
        ReadOnlySpan<float> weight = pass.Parameters.Slice(layer.Weight.Start, layer.Weight.Length);
        for (int row = 0; row < pass.Rows; row++)
        {
            Span<float> planes = output.Slice(row * _outputSize, _outputSize);
            for (int channel = 0; channel < layer.Channels; channel++)
            {
                planes.Slice(channel * _window.OutputPlane, _window.OutputPlane)
                    .Fill(layer.Bias is { } bias ? pass.Parameters[bias.Start + channel] : 0);
            }

            Run(Pass.Output, input.Slice(row * _inputSize, _inputSize), weight, planes);
        }
    }

    public override void Backward(
        in LayerPass pass,
        ReadOnlySpan<float> input,
        ReadOnlySpan<float> output,
        Span<float> outputGradient,
        Span<float> inputGradient,
        Span<float> sums)
    {
        ReadOnlySpan<float> weight = pass.Parameters.Slice(layer.Weight.Start, layer.Weight.Length);
        inputGradient.Clear();
        for (int shard = 0; shard < pass.ShardCount; shard++)
        {
            Span<float> leaf = _tree.BeginLeaf();
            leaf.Clear();
            for (int row = pass.ShardStarts[shard]; row < pass.ShardStarts[shard + 1]; row++)
            {
                ReadOnlySpan<float> delta = outputGradient.Slice(row * _outputSize, _outputSize);
                Run(Pass.WeightGradient, input.Slice(row * _inputSize, _inputSize), delta, leaf);
                AddBias(delta, leaf[layer.Weight.Length..]);
                if (!inputGradient.IsEmpty)
                {
                    Run(Pass.InputGradient, delta, weight, inputGradient.Slice(row * _inputSize, _inputSize));
                }
            }

            _tree.EndLeaf();
        }

        _tree.Finish(sums.Slice(layer.Weight.Start, _parameterCount));
    }

    public override void Dispose() => _tree.Dispose();

    private void AddBias(ReadOnlySpan<float> delta, Span<float> biasSums)
    {
        for (int at = 0; !biasSums.IsEmpty && at < delta.Length; at++)
        {
            biasSums[at / _window.OutputPlane] += delta[at];
        }
    }

    /// <summary>Adds every product of the pass to its target, in the order of weights, then output positions.</summary>
    private void Run(Pass pass, ReadOnlySpan<float> first, ReadOnlySpan<float> second, Span<float> target)
    {
        int weight = 0;
        for (int channelPair = 0; channelPair < layer.Channels * _window.Channels; channelPair++)
        {
            int outputPlane = channelPair / _window.Channels * _window.OutputPlane;
            int inputPlane = channelPair % _window.Channels * _window.Plane;
            for (int element = 0; element < _window.WindowSize; element++, weight++)
            {
                for (int position = 0; position < _window.OutputPlane; position++)
                {
                    int input = _window.InputAt(
                        position / _window.OutputWidth,
                        position % _window.OutputWidth,
                        element / _window.WindowWidth,
                        element % _window.WindowWidth);
                    if (input < 0)
                    {
                        continue;
                    }

                    (int to, int left, int right) = pass switch
                    {
                        Pass.Output => (outputPlane + position, inputPlane + input, weight),
                        Pass.WeightGradient => (weight, inputPlane + input, outputPlane + position),
                        _ => (inputPlane + input, outputPlane + position, weight),
                    };
                    target[to] = MathF.FusedMultiplyAdd(first[left], second[right], target[to]);
                }
            }
        }
    }
}
