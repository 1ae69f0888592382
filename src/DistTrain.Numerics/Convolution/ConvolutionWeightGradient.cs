using System.Runtime.CompilerServices;
using DistTrain.Numerics.Products;

namespace DistTrain.Numerics.Convolution;

/// <summary>weightGradient (outChannels, patch) = Σ over (sample, position) of gradient · patchᵀ, shard by shard.</summary>
/// <remarks>
/// Matrix products whose k runs over the positions of a few samples. Their b is the patch matrix of these positions
/// (<see cref="PatchRows"/>). It stays in the second-level cache.
/// </remarks>
internal sealed unsafe class ConvolutionWeightGradient<TKernel> : IConvolutionWeightGradient
    where TKernel : struct, IMicroKernel
{
    /// <summary>Floats; 256 KiB.</summary>
    private const int PatchesLength = 64 << 10;

    private const int PositionsMost = 1024;

    private readonly ConvolutionShape _shape;
    private readonly SampleImages _inputs;
    private readonly PatchRows _patchRows;
    private readonly IGradientPanels _gradients;
    private readonly int _positionsAtATime, _patchStride, _rows, _columns;
    private readonly AlignedBuffer _patches, _packed, _zeros, _sum;
    private readonly TreeAccumulator _tree;

    /// <param name="gradients">Taken over.</param>
    public ConvolutionWeightGradient(in ConvolutionShape shape, IGradientPanels gradients)
    {
        _shape = shape;
        _rows = PanelPacking.RoundUp(shape.OutChannels, TKernel.RowStep);
        _columns = PanelPacking.RoundUp(shape.PatchSize + 1, TKernel.Columns);

        // An odd number of cache lines: rows of a column of tiles fall into all sets of the first-level cache.
        _patchStride = (PanelPacking.RoundUp(_columns + SampleBlocks.Lanes, 16) / 16 | 1) * 16;
        _positionsAtATime = Math.Clamp(PatchesLength / _patchStride, 1, PositionsMost);
        if (_positionsAtATime > shape.PositionCount)
        {
            _positionsAtATime -= _positionsAtATime % shape.PositionCount;
        }

        _inputs = new SampleImages(
            shape.InChannels, shape.Height, shape.Width, shape.PaddingHeight, shape.PaddingWidth, shape.InChannels);
        _patchRows = PatchRows.Whole(shape, _inputs, _patchStride);
        _gradients = gradients;
        _patches = new AlignedBuffer(checked((_positionsAtATime * _patchStride) + SampleBlocks.Lanes));
        _packed = new AlignedBuffer(checked(
            PanelPacking.PackedLength(shape.OutChannels, _positionsAtATime, TKernel.RowStep) + SampleBlocks.Lanes));
        _zeros = new AlignedBuffer(TKernel.Columns);
        _sum = new AlignedBuffer(checked(_rows * _columns));
        _tree = new TreeAccumulator(_rows * _columns);
    }

    public void Run(
        ReadOnlySpan<int> segmentStarts, float* input, float* weightGradient, float* biasGradient)
    {
        bool isFirst = true;
        var runs = new SampleRuns(segmentStarts);
        while (runs.MoveNext())
        {
            if (runs.BeginsBlock)
            {
                _inputs.Fill(input + ((nint)runs.Block * SampleBlocks.Lanes * _shape.InputSize), runs.BlockCount);
                _gradients.Fill(runs.Block, runs.BlockCount);
            }

            Span<float> leaf = _tree.BeginLeaf();
            isFirst |= runs.BeginsSegment;
            fixed (float* sum = leaf)
            {
                isFirst = AddSamples(runs.Lane, runs.Count, isFirst, sum);
            }

            if (runs.EndsSegment)
            {
                if (isFirst)
                {
                    leaf.Clear();
                }

                _tree.EndLeaf();
            }
        }

        _tree.Finish(_sum.Span);
        Unpack(weightGradient, biasGradient);
    }

    public void Dispose()
    {
        foreach (IDisposable part in (IDisposable[])[_inputs, _gradients, _patches, _packed, _zeros, _sum, _tree])
        {
            part.Dispose();
        }
    }

    /// <summary>Goes on with the chains over the positions of some samples of the block.</summary>
    private bool AddSamples(int lane, int samples, bool isFirst, float* sum)
    {
        int position = lane * _shape.PositionCount, end = position + (samples * _shape.PositionCount);
        while (position < end)
        {
            // Whole samples, or a part of one.
            int inSample = position % _shape.PositionCount;
            int most = inSample == 0 && _positionsAtATime >= _shape.PositionCount
                ? end - position
                : _shape.PositionCount - inSample;
            int count = Math.Min(most, _positionsAtATime);
            _patchRows.Fill(_inputs, position, count, _patches.Pointer);
            _gradients.Pack(position, count, _packed.Pointer);
            RunTiles(count, isFirst, sum);
            isFirst = false;
            position += count;
        }

        return isFirst;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void RunTiles(int kCount, bool isFirst, float* sum)
    {
        for (int j = 0; j < _columns; j += TKernel.Columns)
        {
            float* a = _packed.Pointer, c = sum + j;
            for (int i = 0; i < _shape.OutChannels; i += TKernel.Rows)
            {
                int panelRows = PanelPacking.RoundUp(Math.Min(TKernel.Rows, _shape.OutChannels - i), TKernel.RowStep);
                TKernel.Run(
                    panelRows, kCount, a, 1, panelRows, _patches.Pointer + j, _patchStride, isFirst ? _zeros.Pointer : c,
                    isFirst ? 0 : _columns, null, 0, c, _columns);
                a += (nint)kCount * panelRows;
                c += (nint)TKernel.Rows * _columns;
            }
        }
    }

    /// <summary>From (outChannel, (ky, kx, inChannel), 1) to (outChannel, inChannel, ky, kx) and the bias.</summary>
    private void Unpack(float* weightGradient, float* biasGradient)
    {
        int kernelSize = _shape.KernelHeight * _shape.KernelWidth, channels = _shape.InChannels;
        for (int outChannel = 0; outChannel < _shape.OutChannels; outChannel++)
        {
            float* source = _sum.Pointer + ((nint)outChannel * _columns);
            for (int channel = 0; channel < channels; channel++, weightGradient += kernelSize)
            {
                for (int element = 0; element < kernelSize; element++)
                {
                    weightGradient[element] = source[(element * channels) + channel];
                }
            }

            if (biasGradient != null)
            {
                biasGradient[outChannel] = source[_shape.PatchSize];
            }
        }
    }
}

/// <summary>A <see cref="ConvolutionWeightGradient{TKernel}"/> of whichever rung.</summary>
internal unsafe interface IConvolutionWeightGradient : IDisposable
{
    /// <param name="segmentStarts">Shard s holds samples [segmentStarts[s], segmentStarts[s+1]); the first is 0.</param>
    /// <param name="input">Shape (blocks, inChannels, height, width, 16).</param>
    /// <param name="weightGradient">Shape (outChannels, inChannels, kernelHeight, kernelWidth). Overwritten.</param>
    /// <param name="biasGradient">Shape (outChannels,). Overwritten. Null: not wanted.</param>
    void Run(ReadOnlySpan<int> segmentStarts, float* input, float* weightGradient, float* biasGradient);
}
