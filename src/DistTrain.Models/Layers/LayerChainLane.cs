using System.Runtime.CompilerServices;
using DistTrain.Numerics;

namespace DistTrain.Models;

/// <summary>Runs a chain on one thread and owns its activations. Buffers grow to the most rows seen and then stay.</summary>
/// <remarks>
/// A layer writes over its input where nobody needs that any more. Gradients go to and fro between two buffers. Layers
/// in front of the first one with parameters have no backward pass unless the input's gradient is wanted.
/// </remarks>
internal sealed class LayerChainLane : IDisposable
{
    private readonly LayerChain _chain;
    private readonly ChainStep[] _steps;

    // Of each step's output: an index into _activations; InputBuffer for the chain's input.
    private readonly int[] _bufferOf;
    private readonly int[] _bufferWidths;
    private readonly AlignedBuffer[] _activations;
    private readonly AlignedBuffer[] _gradients;
    private readonly int _gradientWidth;
    private readonly int _firstWithParameters;
    private int _rowCapacity, _gradientRowCapacity;

    public LayerChainLane(LayerChain chain)
    {
        _chain = chain;
        _steps = ChainStep.Plan(chain);
        (_bufferOf, _bufferWidths) = PlanBuffers(_steps);
        _activations = [.. _bufferWidths.Select(_ => new AlignedBuffer(0))];
        _gradients = [new AlignedBuffer(0), new AlignedBuffer(0)];
        _gradientWidth = _steps.Select(step => step.OutputSize).Append(chain.Input.Size).Max();
        int first = 0;
        while (first < _steps.Length && !_steps[first].HasParameters)
        {
            first++;
        }

        _firstWithParameters = first;
    }

    /// <summary>Where the caller puts the gradient that <see cref="Backward"/> starts from; shape (rows, output size).</summary>
    public Span<float> OutputGradient(int rows)
    {
        EnsureGradientRows(rows);
        return _gradients[0].Span[..(rows * _chain.Output.Size)];
    }

    /// <returns>The last step's output, shape (rows, output size), valid until the next call.</returns>
    public ReadOnlySpan<float> Forward(in LayerPass pass, ReadOnlySpan<float> input)
    {
        EnsureRows(pass.Rows);
        for (int index = 0; index < _steps.Length; index++)
        {
            ChainStep step = _steps[index];
            if (pass.Arrival is not null && step.HasOwnParameters)
            {
                pass.Arrival.WaitFor(step.ParameterStart, step.ParameterEnd);
            }

            step.Lane.Forward(pass, Output(index - 1, pass.Rows, input), WritableOutput(index, pass.Rows));
        }

        return Output(_steps.Length - 1, pass.Rows, input);
    }

    /// <summary>Starts from <see cref="OutputGradient"/>, which it overwrites; fills the layers' slots of the sums.</summary>
    /// <param name="inputGradient">Shape (rows, input size). Overwritten. Empty: not wanted.</param>
    public void Backward(in LayerPass pass, ReadOnlySpan<float> input, Span<float> inputGradient, Span<float> sums)
    {
        int last = inputGradient.IsEmpty ? _firstWithParameters : 0;
        int current = 0;
        Span<float> gradient = OutputGradient(pass.Rows);
        for (int index = _steps.Length - 1; index >= last; index--)
        {
            ChainStep step = _steps[index];
            Span<float> next = gradient;
            if (index == last && inputGradient.IsEmpty)
            {
                next = default;
            }
            else if (!step.Lane.SharesGradient)
            {
                current = 1 - current;
                next = _gradients[current].Span[..Length(pass.Rows, step.InputSize, step.InputLayout)];
            }

            step.Lane.Backward(
                pass,
                Output(index - 1, pass.Rows, input),
                Output(index, pass.Rows, input),
                gradient,
                next,
                sums);
            gradient = next;
            if (pass.Progress is not null && step.HasOwnParameters)
            {
                pass.Progress.SumsReady(step.ParameterStart, step.ParameterEnd);
            }
        }

        if (!inputGradient.IsEmpty)
        {
            gradient.CopyTo(inputGradient);
        }
    }

    public void Dispose()
    {
        foreach (ChainStep step in _steps)
        {
            step.Lane.Dispose();
        }

        foreach (AlignedBuffer buffer in _activations.Concat(_gradients))
        {
            buffer.Dispose();
        }
    }

    private static (int[] BufferOf, int[] Widths) PlanBuffers(ChainStep[] steps)
    {
        int[] bufferOf = new int[steps.Length];
        var widths = new List<int>();
        int current = InputBuffer;
        bool isKept = true;
        for (int index = 0; index < steps.Length; index++)
        {
            LayerLane lane = steps[index].Lane;
            if (isKept || !lane.CanShareOutput || lane.KeepsInput)
            {
                current = widths.Count;
                widths.Add(steps[index].OutputSize);
            }

            isKept = lane.KeepsOutput;
            bufferOf[index] = current;
        }

        return (bufferOf, [.. widths]);
    }

    private static int Length(int rows, int size, SampleLayout layout) =>
        layout == SampleLayout.Blocks ? SampleBlocks.Length(rows, size) : rows * size;

    private void EnsureRows(int rows)
    {
        if (rows <= _rowCapacity)
        {
            return;
        }

        for (int index = 0; index < _activations.Length; index++)
        {
            Replace(ref _activations[index], rows, _bufferWidths[index]);
        }

        _rowCapacity = rows;
    }

    /// <summary>Where there is no backward pass, gradients take no memory.</summary>
    private void EnsureGradientRows(int rows)
    {
        if (rows <= _gradientRowCapacity)
        {
            return;
        }

        for (int index = 0; index < _gradients.Length; index++)
        {
            Replace(ref _gradients[index], rows, _gradientWidth);
        }

        _gradientRowCapacity = rows;
    }

    private static void Replace(ref AlignedBuffer buffer, int rows, int width)
    {
        buffer.Dispose();
        buffer = new AlignedBuffer(SampleBlocks.Length(rows, width));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ReadOnlySpan<float> Output(int index, int rows, ReadOnlySpan<float> input) =>
        index < 0 || _bufferOf[index] == InputBuffer ? input : WritableOutput(index, rows);

    private Span<float> WritableOutput(int index, int rows) =>
        _activations[_bufferOf[index]].Span[..Length(rows, _steps[index].OutputSize, _steps[index].OutputLayout)];

    private const int InputBuffer = -1;
}
