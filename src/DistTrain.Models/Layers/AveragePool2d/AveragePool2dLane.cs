namespace DistTrain.Models;

/// <summary>Each window's sum is a chain in row-major order from +0; the gradient is shared out in the same order.</summary>
internal sealed class AveragePool2dLane(WindowGeometry window) : LayerLane
{
    public override void Forward(in LayerPass pass, ReadOnlySpan<float> input, Span<float> output)
    {
        float size = window.WindowSize;
        int at = 0;
        for (int start = 0; start < input.Length; start += window.Plane)
        {
            ReadOnlySpan<float> values = input.Slice(start, window.Plane);
            for (int row = 0; row < window.OutputHeight; row++)
            {
                for (int column = 0; column < window.OutputWidth; column++, at++)
                {
                    output[at] = Sum(values, row, column) / size;
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
        float size = window.WindowSize;
        inputGradient.Clear();
        int at = 0;
        for (int start = 0; start < inputGradient.Length; start += window.Plane)
        {
            Span<float> gradient = inputGradient.Slice(start, window.Plane);
            for (int row = 0; row < window.OutputHeight; row++)
            {
                for (int column = 0; column < window.OutputWidth; column++, at++)
                {
                    Share(outputGradient[at] / size, gradient, row, column);
                }
            }
        }
    }

    public override void Dispose()
    {
    }

    private float Sum(ReadOnlySpan<float> values, int row, int column)
    {
        float sum = 0;
        for (int windowRow = 0; windowRow < window.WindowHeight; windowRow++)
        {
            for (int windowColumn = 0; windowColumn < window.WindowWidth; windowColumn++)
            {
                int at = window.InputAt(row, column, windowRow, windowColumn);
                sum += at < 0 ? 0 : values[at];
            }
        }

        return sum;
    }

    private void Share(float part, Span<float> gradient, int row, int column)
    {
        for (int windowRow = 0; windowRow < window.WindowHeight; windowRow++)
        {
            for (int windowColumn = 0; windowColumn < window.WindowWidth; windowColumn++)
            {
                int at = window.InputAt(row, column, windowRow, windowColumn);
                if (at >= 0)
                {
                    gradient[at] += part;
                }
            }
        }
    }
}
