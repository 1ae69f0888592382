using System.Runtime.CompilerServices;
using DistTrain.Numerics.Products;

namespace DistTrain.Numerics.Convolution;

/// <summary>For each sample: patches (patchSize, positions) = weightᵀ · gradient, then added back to the input.</summary>
internal static unsafe class ConvolutionInputGradient<TKernel>
    where TKernel : struct, IMicroKernel
{
    private const int PositionsMost = 1024;

    public static void Run(
        in ConvolutionShape shape, int sampleCount, float* outputGradient, float* weight, float* inputGradient)
    {
        int k = shape.OutChannels;
        int patchRows = PanelPacking.RoundUp(shape.PatchSize, TKernel.RowStep);
        int rowsAtATime = PatchMatrix.RowsAtATime(shape, PositionsMost);
        int stride = PanelPacking.RoundUp(rowsAtATime * shape.OutWidth, TKernel.Columns);
        float* patches = ConvolutionScratch.Patches((long)patchRows * stride);
        float* padded = shape.Padding == 0 ? null : ConvolutionScratch.Padded(shape);
        float* packedWeight = PackingScratch.A(checked(patchRows * k));
        float* packedGradient = PackingScratch.B(checked(stride * k));
        float* zeros = PackingScratch.Tiles(TKernel.Columns);
        new Span<float>(zeros, TKernel.Columns).Clear();
        PanelPacking.PackAlong(
            weight, shape.PatchSize, shape.PatchSize, k, TKernel.Rows, TKernel.RowStep, packedWeight);
        for (int sample = 0; sample < sampleCount; sample++)
        {
            float* target = padded == null ? inputGradient : padded;
            new Span<float>(target, shape.InChannels * shape.PaddedHeight * shape.PaddedWidth).Clear();
            for (int row = 0; row < shape.OutHeight; row += rowsAtATime)
            {
                int rowCount = Math.Min(rowsAtATime, shape.OutHeight - row);
                PanelPacking.PackAlong(
                    outputGradient + (row * shape.OutWidth), shape.PositionCount, rowCount * shape.OutWidth, k,
                    TKernel.Columns, TKernel.Columns, packedGradient);
                RunTiles(patchRows, rowCount * shape.OutWidth, k, packedWeight, packedGradient, zeros, patches, stride);
                PatchMatrix.AddBack(shape, patches, stride, row, rowCount, target);
            }

            if (padded != null)
            {
                PatchMatrix.Unpad(shape, padded, inputGradient);
            }

            outputGradient += shape.OutputSize;
            inputGradient += shape.InputSize;
        }
    }

    /// <summary>Every tile is whole: the patch matrix has room for the last ones.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunTiles(int rows, int columns, int k, float* a, float* b, float* zeros, float* c, nint cStride)
    {
        for (int i = 0; i < rows; i += TKernel.Rows)
        {
            int panelRows = Math.Min(TKernel.Rows, rows - i);
            float* panel = b;
            for (int j = 0; j < columns; j += TKernel.Columns, panel += (nint)k * TKernel.Columns)
            {
                TKernel.Run(panelRows, k, a, panel, TKernel.Columns, zeros, 0, null, 0, c + j, cStride);
            }

            a += (nint)k * panelRows;
            c += TKernel.Rows * cStride;
        }
    }
}
