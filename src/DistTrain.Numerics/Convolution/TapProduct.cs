using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void RunPooled(int blocks, float* input, float* output, float* winners)
    {
        TapGroup group = _plan.Groups[0];
        int windowCount = group.PositionCount / 4;
        nint pooledStep = windowCount * SampleBlocks.Lanes;
        var loop = new TapLoop(
            _channels, _plan.Taps(group), group.TapCount, _inputStep, _kernelSize * _panelRows, _panelRows);
        float* tile = _edge.Pointer;
        var edge = new TapPoints(tile, tile + 16, tile + 32, tile + 48);
        for (; blocks > 0; blocks--, input += _channels * _inputStep)
        {
            ReadOnlySpan<TapPosition> at = _plan.Positions;
            for (int window = 0; window < windowCount; window++, at = at[4..])
            {
                var sources = new TapPoints(
                    input + at[0].Input, input + at[1].Input, input + at[2].Input, input + at[3].Input);
                float* weights = _weights.Pointer, start = _start.Pointer;
                nint target = window * SampleBlocks.Lanes;
                for (int channel = 0; channel < _outChannels; channel += _panelRows)
                {
                    TKernel.Quad(loop, weights, start, sources, edge, 4 * SampleBlocks.Lanes);
                    int rows = Math.Min(_panelRows, _outChannels - channel);
                    Maxima(tile, rows, output + target, winners + target, pooledStep);
                    weights += _panelStep;
                    start += _panelRows;
                    target += _panelRows * pooledStep;
                }
            }

            output += _outChannels * pooledStep;
            winners += _outChannels * pooledStep;
        }
    }

    /// <summary>The largest of each row's four vectors, the first of equal ones; a not-a-number wins.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Maxima(float* tile, int rows, float* output, float* winners, nint step)
    {
        for (; rows > 0; rows--, tile += 4 * SampleBlocks.Lanes, output += step, winners += step)
        {
            Vector512<float> best = Vector512.Load(tile);
            Vector512<int> winner = Vector512<int>.Zero;
            for (int position = 1; position < 4; position++)
            {
                Vector512<float> candidate = Vector512.Load(tile + (position * SampleBlocks.Lanes));
                Vector512<float> wins = Vector512.GreaterThan(candidate, best) | ~Vector512.Equals(candidate, candidate);
                best = Vector512.ConditionalSelect(wins, candidate, best);
                winner = Vector512.ConditionalSelect(wins.AsInt32(), Vector512.Create(position), winner);
            }

            best.Store(output);
            winner.AsSingle().Store(winners);
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

    /// <summary>Keeps of every four positions the maximum and its place; the plan has one group of whole windows.</summary>
    /// <param name="output">Shape (blocks, outChannels, windows, 16). Overwritten.</param>
    /// <param name="winners">Alike: the bits of a whole number from 0 to 3, the first of equal ones. Overwritten.</param>
    void RunPooled(int blocks, float* input, float* output, float* winners);
}
