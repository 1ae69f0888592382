using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using DistTrain.Numerics;

namespace DistTrain.Models;

/// <summary>Each window's sum is a chain in row-major order from +0; the gradient is shared out in the same order.</summary>
internal sealed class AveragePool2dLane(WindowGeometry window) : LayerLane
{
    public override SampleLayout Layout => SampleLayout.Blocks;

    public override void Forward(in LayerPass pass, ReadOnlySpan<float> input, Span<float> output)
    {
        int plane = window.Plane * Lanes, outputPlane = window.OutputPlane * Lanes;
        for (int from = 0, to = 0; from < input.Length; from += plane, to += outputPlane)
        {
            ForwardPlane(input.Slice(from, plane), output.Slice(to, outputPlane));
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
        if (inputGradient.IsEmpty)
        {
            return;
        }

        inputGradient.Clear();
        int plane = window.Plane * Lanes, outputPlane = window.OutputPlane * Lanes;
        for (int from = 0, to = 0; to < inputGradient.Length; from += outputPlane, to += plane)
        {
            BackwardPlane(outputGradient.Slice(from, outputPlane), inputGradient.Slice(to, plane));
        }
    }

    public override void Dispose()
    {
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ForwardPlane(ReadOnlySpan<float> values, Span<float> results)
    {
        Vector512<float> size = Vector512.Create((float)window.WindowSize);
        nuint at = 0;
        for (int row = 0; row < window.OutputHeight; row++)
        {
            WindowSpan rows = window.RowsAt(row);
            for (int column = 0; column < window.OutputWidth; column++, at += Lanes)
            {
                WindowSpan columns = window.ColumnsAt(column);
                Vector512<float> sum = Vector512<float>.Zero;
                for (int y = rows.First; y < rows.End; y++)
                {
                    for (int x = columns.First; x < columns.End; x++)
                    {
                        sum += Vector512.LoadUnsafe(
                            ref MemoryMarshal.GetReference(values), (nuint)(((y * window.Width) + x) * Lanes));
                    }
                }

                (sum / size).StoreUnsafe(ref MemoryMarshal.GetReference(results), at);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void BackwardPlane(ReadOnlySpan<float> gradients, Span<float> results)
    {
        ref float result = ref MemoryMarshal.GetReference(results);
        Vector512<float> size = Vector512.Create((float)window.WindowSize);
        nuint at = 0;
        for (int row = 0; row < window.OutputHeight; row++)
        {
            WindowSpan rows = window.RowsAt(row);
            for (int column = 0; column < window.OutputWidth; column++, at += Lanes)
            {
                WindowSpan columns = window.ColumnsAt(column);
                Vector512<float> part = Vector512.LoadUnsafe(ref MemoryMarshal.GetReference(gradients), at) / size;
                for (int y = rows.First; y < rows.End; y++)
                {
                    for (int x = columns.First; x < columns.End; x++)
                    {
                        nuint place = (nuint)(((y * window.Width) + x) * Lanes);
                        (Vector512.LoadUnsafe(ref result, place) + part).StoreUnsafe(ref result, place);
                    }
                }
            }
        }
    }

    private const int Lanes = SampleBlocks.Lanes;
}
