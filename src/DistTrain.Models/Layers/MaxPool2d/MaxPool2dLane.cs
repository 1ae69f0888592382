using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using DistTrain.Numerics;

namespace DistTrain.Models;

/// <summary>Remembers which element won each window, in sixteen samples at once; the gradient goes back there.</summary>
internal sealed class MaxPool2dLane(WindowGeometry window) : LayerLane
{
    private int[] _winners = [];

    public override SampleLayout Layout => SampleLayout.Blocks;

    public override void Forward(in LayerPass pass, ReadOnlySpan<float> input, Span<float> output)
    {
        if (_winners.Length < output.Length)
        {
            _winners = new int[output.Length];
        }

        int plane = window.Plane * Lanes, outputPlane = window.OutputPlane * Lanes;
        for (int from = 0, to = 0; from < input.Length; from += plane, to += outputPlane)
        {
            ForwardPlane(input.Slice(from, plane), output.Slice(to, outputPlane), _winners.AsSpan(to, outputPlane));
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
            BackwardPlane(
                outputGradient.Slice(from, outputPlane), _winners.AsSpan(from, outputPlane), inputGradient.Slice(to, plane));
        }
    }

    public override void Dispose()
    {
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ForwardPlane(ReadOnlySpan<float> values, Span<float> results, Span<int> winners)
    {
        ref float value = ref MemoryMarshal.GetReference(values);
        nuint at = 0;
        for (int row = 0; row < window.OutputHeight; row++)
        {
            WindowSpan rows = window.RowsAt(row);
            for (int column = 0; column < window.OutputWidth; column++, at += Lanes)
            {
                WindowSpan columns = window.ColumnsAt(column);
                int first = (rows.First * window.Width) + columns.First;
                Vector512<float> best = Vector512.LoadUnsafe(ref value, (nuint)(first * Lanes));
                Vector512<int> winner = Vector512.Create(first);
                for (int y = rows.First; y < rows.End; y++)
                {
                    for (int x = columns.First; x < columns.End; x++)
                    {
                        int position = (y * window.Width) + x;
                        Vector512<float> candidate = Vector512.LoadUnsafe(ref value, (nuint)(position * Lanes));

                        // A not-a-number wins, and so does everything after it that is one.
                        Vector512<float> wins =
                            Vector512.GreaterThan(candidate, best) | ~Vector512.Equals(candidate, candidate);
                        best = Vector512.ConditionalSelect(wins, candidate, best);
                        winner = Vector512.ConditionalSelect(wins.AsInt32(), Vector512.Create(position), winner);
                    }
                }

                best.StoreUnsafe(ref MemoryMarshal.GetReference(results), at);
                winner.StoreUnsafe(ref MemoryMarshal.GetReference(winners), at);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void BackwardPlane(ReadOnlySpan<float> gradients, ReadOnlySpan<int> winners, Span<float> results)
    {
        ref float result = ref MemoryMarshal.GetReference(results);
        nuint at = 0;
        for (int row = 0; row < window.OutputHeight; row++)
        {
            WindowSpan rows = window.RowsAt(row);
            for (int column = 0; column < window.OutputWidth; column++, at += Lanes)
            {
                WindowSpan columns = window.ColumnsAt(column);
                Vector512<float> gradient = Vector512.LoadUnsafe(ref MemoryMarshal.GetReference(gradients), at);
                Vector512<int> winner = Vector512.LoadUnsafe(ref MemoryMarshal.GetReference(winners), at);
                for (int y = rows.First; y < rows.End; y++)
                {
                    for (int x = columns.First; x < columns.End; x++)
                    {
                        // A sum is never −0, so that adding +0 where another element won changes nothing.
                        int position = (y * window.Width) + x;
                        Vector512<float> share = gradient & Vector512.Equals(winner, Vector512.Create(position)).AsSingle();
                        nuint place = (nuint)(position * Lanes);
                        (Vector512.LoadUnsafe(ref result, place) + share).StoreUnsafe(ref result, place);
                    }
                }
            }
        }
    }

    private const int Lanes = SampleBlocks.Lanes;
}
