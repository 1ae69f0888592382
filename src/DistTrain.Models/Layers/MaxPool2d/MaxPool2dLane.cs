namespace DistTrain.Models;

/// <summary>Remembers which element won each window; the gradient goes back there.</summary>
internal sealed class MaxPool2dLane(WindowGeometry window) : LayerLane
{
    private int[] _winners = [];

    public override void Forward(in LayerPass pass, ReadOnlySpan<float> input, Span<float> output)
    {
        int planes = pass.Rows * window.Channels;
        if (_winners.Length < output.Length)
        {
            _winners = new int[output.Length];
        }

        for (int plane = 0; plane < planes; plane++)
        {
            ReadOnlySpan<float> values = input.Slice(plane * window.Plane, window.Plane);
            Span<int> winners = _winners.AsSpan(plane * window.OutputPlane, window.OutputPlane);
            Span<float> results = output.Slice(plane * window.OutputPlane, window.OutputPlane);
            for (int row = 0, at = 0; row < window.OutputHeight; row++)
            {
                for (int column = 0; column < window.OutputWidth; column++, at++)
                {
                    int winner = Winner(values, row, column);
                    winners[at] = winner;
                    results[at] = values[winner];
                }
            }
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
        inputGradient.Clear();
        for (int start = 0, plane = 0; plane < inputGradient.Length; plane += window.Plane)
        {
            Span<float> gradient = inputGradient.Slice(plane, window.Plane);
            for (int end = start + window.OutputPlane; start < end; start++)
            {
                gradient[_winners[start]] += outputGradient[start];
            }
        }
    }

    public override void Dispose()
    {
    }

    private int Winner(ReadOnlySpan<float> values, int row, int column)
    {
        int best = -1;
        for (int windowRow = 0; windowRow < window.WindowHeight; windowRow++)
        {
            for (int windowColumn = 0; windowColumn < window.WindowWidth; windowColumn++)
            {
                int at = window.InputAt(row, column, windowRow, windowColumn);
                if (at >= 0 && (best < 0 || values[at] > values[best] || float.IsNaN(values[at])))
                {
                    best = at;
                }
            }
        }

        return best;
    }
}
