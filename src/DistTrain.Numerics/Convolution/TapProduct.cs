using System.Runtime.CompilerServices;

namespace DistTrain.Numerics.Convolution;

/// <summary>Runs a plan over blocks of samples: a convolution forward, or its gradient with respect to the input.</summary>
internal sealed unsafe class TapProduct<TKernel> : ITapProduct
    where TKernel : struct, ITapKernel
{
    private readonly TapPlan _plan;
    private readonly int _channels, _kernelSize, _outChannels, _panelRows, _panelCount;
    private readonly nint _inputStep, _outputStep, _panelStep;
    private readonly AlignedBuffer _weights, _start, _edge;

    /// <param name="channels">Of the input, whose planes have <paramref name="inputPlane"/> elements.</param>
    /// <param name="kernelSize">Elements of a kernel.</param>
    public TapProduct(TapPlan plan, int channels, int inputPlane, int kernelSize, int outChannels, int outputPlane)
    {
        _plan = plan;
        _channels = channels;
        _kernelSize = kernelSize;
        _outChannels = outChannels;
        _panelRows = TKernel.PanelRows(outChannels);
        _panelCount = (outChannels + _panelRows - 1) / _panelRows;
        _inputStep = inputPlane * SampleBlocks.Lanes;
        _outputStep = outputPlane * SampleBlocks.Lanes;
        _panelStep = channels * kernelSize * _panelRows;

        // Panels are taken four at a time, so that the last ones may be of zeros.
        int paddedPanels = (_panelCount + PanelsAtATime - 1) / PanelsAtATime * PanelsAtATime;
        _weights = new AlignedBuffer(checked((int)(paddedPanels * _panelStep)));
        _start = new AlignedBuffer(paddedPanels * _panelRows);
        _edge = new AlignedBuffer(PanelsAtATime * _panelRows * SampleBlocks.Lanes);
    }

    public void Pack(float* weight, nint outStep, nint inStep, float* bias)
    {
        for (int panel = 0; panel < _panelCount; panel++)
        {
            int rows = Math.Min(_panelRows, _outChannels - (panel * _panelRows));
            for (int row = 0; row < rows; row++)
            {
                float* source = weight + (((panel * _panelRows) + row) * outStep);
                float* target = _weights.Pointer + (panel * _panelStep) + row;
                for (int channel = 0; channel < _channels; channel++, source += inStep)
                {
                    for (int element = 0; element < _kernelSize; element++, target += _panelRows)
                    {
                        *target = source[element];
                    }
                }
            }
        }

        for (int channel = 0; channel < _outChannels; channel++)
        {
            _start.Pointer[channel] = bias == null ? 0 : bias[channel];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(int blocks, float* input, float* output)
    {
        for (; blocks > 0; blocks--, input += _channels * _inputStep, output += _outChannels * _outputStep)
        {
            foreach (TapGroup group in _plan.Groups)
            {
                var loop = new TapLoop(
                    _channels, _plan.Taps(group), group.TapCount, _inputStep, _kernelSize * _panelRows, _panelRows);
                ReadOnlySpan<TapPosition> positions = _plan.Positions.AsSpan(group.FirstPosition, group.PositionCount);
                for (; positions.Length >= 4; positions = positions[4..])
                {
                    RunQuad(loop, positions, input, output);
                }

                foreach (TapPosition position in positions)
                {
                    RunPanels(loop, position, input, output);
                }
            }
        }
    }

    public void Dispose()
    {
        _weights.Dispose();
        _start.Dispose();
        _edge.Dispose();
    }

    private void RunQuad(in TapLoop loop, ReadOnlySpan<TapPosition> at, float* input, float* output)
    {
        var sources = new TapPoints(input + at[0].Input, input + at[1].Input, input + at[2].Input, input + at[3].Input);
        var edge = new TapPoints(_edge.Pointer, _edge.Pointer + 16, _edge.Pointer + 32, _edge.Pointer + 48);
        float* weights = _weights.Pointer, start = _start.Pointer;
        for (int channel = 0; channel < _outChannels; channel += _panelRows)
        {
            int rows = _outChannels - channel;
            if (rows >= _panelRows)
            {
                var targets = new TapPoints(
                    output + at[0].Output, output + at[1].Output, output + at[2].Output, output + at[3].Output);
                TKernel.Quad(loop, weights, start, sources, targets, _outputStep);
            }
            else
            {
                TKernel.Quad(loop, weights, start, sources, edge, 4 * SampleBlocks.Lanes);
                for (int position = 0; position < 4; position++)
                {
                    CopyRows(
                        _edge.Pointer + (position * SampleBlocks.Lanes), 4 * SampleBlocks.Lanes, rows,
                        output + at[position].Output);
                }
            }

            weights += _panelStep;
            start += _panelRows;
            output += _panelRows * _outputStep;
        }
    }

    private void RunPanels(in TapLoop loop, TapPosition at, float* input, float* output)
    {
        float* weights = _weights.Pointer, start = _start.Pointer;
        int atATime = PanelsAtATime * _panelRows;
        for (int channel = 0; channel < _outChannels; channel += atATime)
        {
            int rows = _outChannels - channel;
            if (rows >= atATime)
            {
                TKernel.Panels(loop, weights, _panelStep, start, input + at.Input, output + at.Output, _outputStep);
            }
            else
            {
                TKernel.Panels(loop, weights, _panelStep, start, input + at.Input, _edge.Pointer, SampleBlocks.Lanes);
                CopyRows(_edge.Pointer, SampleBlocks.Lanes, rows, output + at.Output);
            }

            weights += PanelsAtATime * _panelStep;
            start += atATime;
            output += atATime * _outputStep;
        }
    }

    private void CopyRows(float* source, nint sourceStep, int rows, float* target)
    {
        for (int row = 0; row < rows; row++, source += sourceStep, target += _outputStep)
        {
            new ReadOnlySpan<float>(source, SampleBlocks.Lanes).CopyTo(new Span<float>(target, SampleBlocks.Lanes));
        }
    }

    private const int PanelsAtATime = 4;
}

/// <summary>A <see cref="TapProduct{TKernel}"/> of whichever rung.</summary>
internal unsafe interface ITapProduct : IDisposable
{
    /// <summary>Lays out the weights: element (out, in, kernel element) at out · outStep + in · inStep + element.</summary>
    /// <param name="bias">Shape (outChannels,), every chain's start; null: zeros.</param>
    void Pack(float* weight, nint outStep, nint inStep, float* bias);

    /// <param name="input">Shape (blocks, channels, plane, 16).</param>
    /// <param name="output">Shape (blocks, outChannels, plane, 16). Overwritten.</param>
    void Run(int blocks, float* input, float* output);
}
