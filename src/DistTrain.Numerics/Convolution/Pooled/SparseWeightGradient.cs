using DistTrain.Numerics.Products;

namespace DistTrain.Numerics.Convolution;

/// <summary>
/// The weight's gradient of a convolution with maxima, from the output positions alone that won their windows: a quarter of
/// them, or fewer. The bits are those of the sum over all positions, or there is no result (<see cref="SparseGuard"/>). Needs
/// AVX-512.
/// </summary>
internal sealed unsafe class SparseWeightGradient : IDisposable
{
    private readonly ConvolutionShape _shape;
    private readonly PooledGradientPlan _plan;
    private readonly SampleImages _inputs;
    private readonly PatchRows _patchRows;
    private readonly WinnerLists[] _lists;
    private readonly AlignedBuffer _gradients, _winners, _rows, _sum;
    private readonly TreeAccumulator _tree;
    private readonly int _pooledSize, _bandLength;

    public SparseWeightGradient(in ConvolutionShape shape)
    {
        _shape = shape;
        _plan = new PooledGradientPlan(shape);
        _inputs = new SampleImages(shape.InChannels, shape.Height, shape.Width, 0, 0, shape.InChannels);
        _patchRows = _plan.IsWhole
            ? PatchRows.Whole(shape, _inputs, _plan.RowStride)
            : PatchRows.Single(shape, _inputs, _plan.RowStride);

        // The last piece may have fewer lines than the others, which share their lists.
        int lines = shape.OutHeight / 2 * 2, last = ((lines - 1) % _plan.Lines) + 1;
        var full = new WinnerLists(shape, _plan.Lines, _plan.RowsDown, _plan.RowStride);
        _lists = new WinnerLists[(lines + _plan.Lines - 1) / _plan.Lines];
        Array.Fill(_lists, full);
        _lists[^1] = last == _plan.Lines ? full : new WinnerLists(shape, last, _plan.RowsDown, _plan.RowStride);

        _pooledSize = shape.OutChannels * (lines / 2) * (shape.OutWidth / 2);
        _bandLength = shape.OutChannels * _plan.RowStride;
        _gradients = new AlignedBuffer(checked((SampleBlocks.Lanes * _pooledSize) + SampleBlocks.Lanes));
        _winners = new AlignedBuffer(checked((SampleBlocks.Lanes * _pooledSize) + SampleBlocks.Lanes));
        _rows = new AlignedBuffer(checked((_plan.RowLines * shape.OutWidth * _plan.RowStride) + SampleBlocks.Lanes));
        _sum = new AlignedBuffer(checked(_plan.Bands * _bandLength));
        _tree = new TreeAccumulator(_plan.Bands * _bandLength);
    }

    /// <inheritdoc cref="IConvolutionWeightGradient.Run"/>
    /// <param name="gradient">Shape (blocks, outChannels, outHeight / 2, outWidth / 2, 16).</param>
    /// <param name="winners">Alike: the bits of a whole number, which of the window's four positions in row-major order.</param>
    /// <returns>False: the results are of no use, the sum over all positions must be computed.</returns>
    public bool TryRun(
        ReadOnlySpan<int> segmentStarts, float* input, float* gradient, float* winners, float* weightGradient, float* biasGradient)
    {
        bool isFirst = true;
        var runs = new SampleRuns(segmentStarts);
        while (runs.MoveNext())
        {
            if (runs.BeginsBlock && !TryFill(runs.Block, runs.BlockCount, input, gradient, winners))
            {
                _tree.Finish(_sum.Span);
                return false;
            }

            Span<float> leaf = _tree.BeginLeaf();
            isFirst |= runs.BeginsSegment;
            fixed (float* sum = leaf)
            {
                for (int lane = runs.Lane; lane < runs.Lane + runs.Count; lane++)
                {
                    AddSample(lane, isFirst, sum);
                    isFirst = false;
                }
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
        if (SparseGuard.HasNegativeZero(_sum.Pointer, _sum.Length))
        {
            return false;
        }

        Unpack(weightGradient, biasGradient);
        return true;
    }

    public void Dispose()
    {
        foreach (IDisposable part in (IDisposable[])[_inputs, .. _lists, _gradients, _winners, _rows, _sum, _tree])
        {
            part.Dispose();
        }
    }

    /// <returns>Whether all inputs are finite.</returns>
    private bool TryFill(int block, int lanes, float* input, float* gradient, float* winners)
    {
        _inputs.Fill(input + ((nint)block * SampleBlocks.Lanes * _shape.InputSize), lanes);
        nint pooledStep = (nint)SampleBlocks.Lanes * _pooledSize;
        SampleBlocks.ToRows(
            lanes, _pooledSize, new ReadOnlySpan<float>(gradient + (block * pooledStep), (int)pooledStep),
            _gradients.Span[..(lanes * _pooledSize)]);
        SampleBlocks.ToRows(
            lanes, _pooledSize, new ReadOnlySpan<float>(winners + (block * pooledStep), (int)pooledStep),
            _winners.Span[..(lanes * _pooledSize)]);
        return SparseGuard.AreFinite(_inputs.Image(0), PanelPacking.RoundUp(lanes * _inputs.ImageStep, SampleBlocks.Lanes));
    }

    /// <summary>Goes on with the chains over the positions of a sample of the block.</summary>
    private void AddSample(int lane, bool isFirst, float* sum)
    {
        nint pooled = (nint)lane * _pooledSize;
        float* gradients = _gradients.Pointer + pooled, winners = _winners.Pointer + pooled;
        int line = lane * _patchRows.Height, width = _shape.OutWidth, windows = _plan.Lines / 2 * (width / 2);
        foreach (WinnerLists lists in _lists)
        {
            int lines = Math.Min(_plan.RowLines, ((lane + 1) * _patchRows.Height) - line);
            _patchRows.Fill(_inputs, line * width, lines * width, _rows.Pointer);
            lists.Fill(gradients, winners);
            RunTiles(lists, isFirst, sum);
            isFirst = false;
            line += _plan.Lines * _plan.RowsDown;
            gradients += windows;
            winners += windows;
        }
    }

    private void RunTiles(WinnerLists lists, bool isFirst, float* sum)
    {
        int tileColumns = _plan.Vectors * SampleBlocks.Lanes;
        for (int band = 0; band < _plan.Bands; band++)
        {
            float* b = _rows.Pointer + ((nint)band * _shape.OutWidth * _plan.RowStride);
            for (int tile = 0; tile < _plan.TilesOfBand; tile++, b += tileColumns, sum += (nint)_shape.OutChannels * tileColumns)
            {
                WinnerTile.Run(_plan.Vectors, _shape.OutChannels, lists, b, isFirst, sum);
            }
        }
    }

    /// <summary>From (band, tile, outChannel, column) to (outChannel, inChannel, ky, kx) and the bias.</summary>
    private void Unpack(float* weightGradient, float* biasGradient)
    {
        int channels = _shape.InChannels, kernelWidth = _shape.KernelWidth;
        int linesOfBand = _plan.IsWhole ? _shape.KernelHeight : 1;
        for (int outChannel = 0; outChannel < _shape.OutChannels; outChannel++)
        {
            for (int channel = 0; channel < channels; channel++)
            {
                for (int ky = 0; ky < _shape.KernelHeight; ky++)
                {
                    for (int kx = 0; kx < kernelWidth; kx++)
                    {
                        int column = (((ky % linesOfBand * kernelWidth) + kx) * channels) + channel;
                        *weightGradient++ = Sum(ky / linesOfBand, outChannel, column);
                    }
                }
            }

            if (biasGradient != null)
            {
                biasGradient[outChannel] = Sum(0, outChannel, _plan.BandFloats);
            }
        }
    }

    private float Sum(int band, int outChannel, int column)
    {
        int tileColumns = _plan.Vectors * SampleBlocks.Lanes;
        int tile = column / tileColumns;
        return _sum.Pointer[(band * _bandLength) + (((tile * _shape.OutChannels) + outChannel) * tileColumns) + (column % tileColumns)];
    }
}
