using System.Runtime.CompilerServices;
using DistTrain.Numerics.Products;

namespace DistTrain.Numerics.Convolution;

/// <summary>For each sample: output (outChannels, positions) = bias + weight · patches.</summary>
/// <remarks>The weight is packed once per call; the patch matrix is the kernel's b as it lies.</remarks>
internal static unsafe class ConvolutionForward<TKernel>
    where TKernel : struct, IMicroKernel
{
    private const int KBlock = 512;
    private const int PositionsMost = 1024;

    /// <param name="bias">Shape (outChannels,), or null for zeros.</param>
    public static void Run(in ConvolutionShape shape, int sampleCount, float* input, float* weight, float* bias, float* output)
    {
        int k = shape.PatchSize, kBlock = PanelPacking.Balanced(k, KBlock, 4);
        int channels = PanelPacking.RoundUp(shape.OutChannels, TKernel.RowStep);
        int rowsAtATime = PatchMatrix.RowsAtATime(shape, PositionsMost);
        int stride = PanelPacking.RoundUp(rowsAtATime * shape.OutWidth, TKernel.Columns);
        float* patches = ConvolutionScratch.Patches((long)k * stride);
        float* padded = shape.Padding == 0 ? null : ConvolutionScratch.Padded(shape);
        float* packed = PackingScratch.A(checked(channels * k));
        float* zeros = PackingScratch.Tiles(checked(kBlock + ((channels + TKernel.Rows) * TKernel.Columns)));
        float* start = zeros + kBlock;
        float* edge = start + (channels * TKernel.Columns);
        new Span<float>(zeros, kBlock).Clear();
        FillStart(shape.OutChannels, channels, bias, start);
        for (int l = 0; l < k; l += kBlock)
        {
            PanelPacking.PackAcross(
                weight + l, k, shape.OutChannels, Math.Min(kBlock, k - l), TKernel.Rows, TKernel.RowStep,
                packed + (channels * l), zeros);
        }

        for (int sample = 0; sample < sampleCount; sample++, input += shape.InputSize, output += shape.OutputSize)
        {
            float* source = input;
            if (padded != null)
            {
                PatchMatrix.Pad(shape, input, padded);
                source = padded;
            }

            for (int row = 0; row < shape.OutHeight; row += rowsAtATime)
            {
                int rowCount = Math.Min(rowsAtATime, shape.OutHeight - row);
                PatchMatrix.Fill(shape, source, row, rowCount, patches, stride);
                for (int l = 0; l < k; l += kBlock)
                {
                    RunTiles(
                        shape.OutChannels, rowCount * shape.OutWidth, Math.Min(kBlock, k - l), packed + (channels * l),
                        patches + ((nint)l * stride), stride, l == 0 ? start : null, edge,
                        output + (row * shape.OutWidth), shape.PositionCount);
                }
            }
        }
    }

    /// <summary>Tiles of start values: a channel's bias in every column.</summary>
    private static void FillStart(int outChannels, int channels, float* bias, float* start)
    {
        for (int channel = 0; channel < channels; channel++, start += TKernel.Columns)
        {
            new Span<float>(start, TKernel.Columns).Fill(bias == null || channel >= outChannels ? 0 : bias[channel]);
        }
    }

    /// <param name="start">Shape (rows, Columns), the start values; null: the chains go on from c.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunTiles(
        int rows, int columns, int kCount, float* a, float* b, nint bStride, float* start, float* edge,
        float* c, nint cStride)
    {
        for (int i = 0; i < rows; i += TKernel.Rows)
        {
            int tileRows = Math.Min(TKernel.Rows, rows - i);
            int panelRows = PanelPacking.RoundUp(tileRows, TKernel.RowStep);
            for (int j = 0; j < columns; j += TKernel.Columns)
            {
                int tileColumns = Math.Min(TKernel.Columns, columns - j);
                float* target = c + j;
                nint stride = cStride;
                bool isWhole = tileRows == panelRows && tileColumns == TKernel.Columns;
                if (!isWhole)
                {
                    target = edge;
                    stride = TKernel.Columns;
                    if (start == null)
                    {
                        Tile.Copy(c + j, cStride, edge, stride, tileRows, tileColumns);
                    }
                }

                TKernel.Run(
                    panelRows, kCount, a, b + j, bStride, start == null ? target : start + (i * TKernel.Columns),
                    start == null ? stride : TKernel.Columns, null, 0, target, stride);
                if (!isWhole)
                {
                    Tile.Copy(edge, stride, c + j, cStride, tileRows, tileColumns);
                }
            }

            a += (nint)kCount * panelRows;
            c += TKernel.Rows * cStride;
        }
    }
}
