using System.Runtime.CompilerServices;
using DistTrain.Numerics.Products;

namespace DistTrain.Numerics.Convolution;

/// <summary>weightGradient (outChannels, patchSize) = Σ over (sample, position) of gradient · patchᵀ, in shards.</summary>
/// <remarks>A segmented product whose k runs over positions; several small samples make a block of k.</remarks>
internal static unsafe class ConvolutionWeightGradient<TKernel>
    where TKernel : struct, IMicroKernel
{
    private const int KBlock = 256;

    /// <param name="segmentStarts">Two entries or more.</param>
    public static void Run(
        in ConvolutionShape shape, ReadOnlySpan<int> segmentStarts, float* input, float* outputGradient,
        float* weightGradient)
    {
        int m = shape.OutChannels, n = shape.PatchSize;
        ReadOnlySpan<int> starts = ConvolutionScratch.PositionStarts(segmentStarts, shape.PositionCount);
        int k = starts[^1];
        int rowsAtATime = PatchMatrix.RowsAtATime(shape, KBlock);
        int chunk = rowsAtATime * shape.OutWidth;
        int kBlockMost = rowsAtATime < shape.OutHeight ? chunk : Math.Max(1, KBlock / chunk) * chunk;
        int patchStride = PanelPacking.RoundUp(chunk, 16);
        float* patches = ConvolutionScratch.Patches((long)n * patchStride);
        float* padded = shape.Padding == 0 ? null : ConvolutionScratch.Padded(shape);
        float* packedA = PackingScratch.A(PanelPacking.PackedLength(m, kBlockMost, TKernel.RowStep));
        float* packedB = PackingScratch.B(PanelPacking.PackedLength(n, kBlockMost, TKernel.Columns));

        int tileSize = SegmentedProduct<TKernel>.TileSize, stackLength = SegmentedProduct<TKernel>.StackLength(starts);
        int waitingLength = k <= kBlockMost && rowsAtATime == shape.OutHeight ? 0 : stackLength;
        int tileCount = PanelPacking.RoundUp(m, TKernel.Rows) * PanelPacking.RoundUp(n, TKernel.Columns) / tileSize;
        float* zeros = PackingScratch.Tiles(checked(chunk + (2 * tileSize) + stackLength + (waitingLength * tileCount)));
        float* tiles = zeros + chunk;
        new Span<float>(zeros, chunk + tileSize).Clear();

        int segment = 0, l = 0, row = 0;
        do
        {
            // A block: whole samples, or a part of one.
            int kCount = rowsAtATime < shape.OutHeight
                ? Math.Min(rowsAtATime, shape.OutHeight - row) * shape.OutWidth
                : Math.Min(kBlockMost, k - l);
            for (int packed = 0; packed < kCount;)
            {
                int rowCount = Math.Min(rowsAtATime, shape.OutHeight - row), positions = rowCount * shape.OutWidth;
                float* source = input;
                if (padded != null)
                {
                    PatchMatrix.Pad(shape, input, padded);
                    source = padded;
                }

                PatchMatrix.Fill(shape, source, row, rowCount, patches, patchStride);
                Pack(
                    outputGradient + (row * shape.OutWidth), shape.PositionCount, m, positions, packed, kCount,
                    TKernel.Rows, TKernel.RowStep, packedA, zeros);
                Pack(
                    patches, patchStride, n, positions, packed, kCount, TKernel.Columns, TKernel.Columns, packedB, zeros);
                packed += positions;
                row += rowCount;
                if (row == shape.OutHeight)
                {
                    row = 0;
                    input += shape.InputSize;
                    outputGradient += shape.OutputSize;
                }
            }

            var block = new SegmentedProduct<TKernel>.Block(l, kCount, segment, tiles, waitingLength);
            segment = SegmentedProduct<TKernel>.RunTiles(
                m, n, block, starts, packedA, packedB, block.Stack + stackLength, weightGradient, n);
            l += kCount;
        }
        while (l < k);
    }

    /// <summary>Packs a chunk of k into its place in the panels of a whole block.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Pack(
        float* source, nint stride, int count, int chunk, int k, int kCount, int width, int step, float* panels, float* zeros)
    {
        float** rows = stackalloc float*[width];
        for (int first = 0; first < count; first += width)
        {
            int panelWidth = PanelPacking.RoundUp(Math.Min(width, count - first), step);
            for (int i = 0; i < panelWidth; i++)
            {
                rows[i] = first + i < count ? source + ((first + i) * stride) : zeros;
            }

            PanelPacking.PackRows(rows, chunk, panelWidth, panels + ((nint)k * panelWidth));
            panels += (nint)kCount * panelWidth;
        }
    }
}
