using System.Runtime.Intrinsics;

namespace DistTrain.Numerics.Convolution;

/// <summary>Up to sixteen output positions that follow each other, whose 2 × 2 windows are among sixteen that follow each other.</summary>
internal readonly struct WindowChunk
{
    private const int None = -1;

    /// <summary>The first of the sixteen windows.</summary>
    public required int First { get; init; }

    /// <summary>Each position's window, counted from the first one.</summary>
    public required Vector512<int> Window { get; init; }

    /// <summary>Each position's place in its window: 0 to 3, row-major; −1 in lanes without a position.</summary>
    public required Vector512<int> Place { get; init; }

    /// <summary>Each position's offset.</summary>
    public required Vector512<int> Offset { get; init; }

    /// <summary>Positions that are in no window, in an uneven last column, are left out.</summary>
    /// <param name="lines">An even number.</param>
    /// <param name="lineStep">From the offset of a position to that of the one below.</param>
    /// <param name="step">To that of the one to its right.</param>
    public static WindowChunk[] Cut(int width, int lines, int lineStep, int step)
    {
        List<WindowChunk> chunks = [];
        List<(int Window, int Place, int Offset)> positions = [];
        for (int y = 0; y < lines; y++)
        {
            for (int x = 0; x < width / 2 * 2; x++)
            {
                int window = (y / 2 * (width / 2)) + (x / 2);
                if (positions.Count == SampleBlocks.Lanes || !Fits(positions, window))
                {
                    chunks.Add(Of(positions));
                    positions.Clear();
                }

                positions.Add((window, ((y & 1) * 2) + (x & 1), (y * lineStep) + (x * step)));
            }
        }

        chunks.Add(Of(positions));
        return [.. chunks];
    }

    private static bool Fits(List<(int Window, int Place, int Offset)> positions, int window)
    {
        IEnumerable<int> windows = positions.Select(position => position.Window).Append(window);
        return windows.Max() - windows.Min() < SampleBlocks.Lanes;
    }

    private static WindowChunk Of(List<(int Window, int Place, int Offset)> positions)
    {
        int first = positions.Min(position => position.Window);
        return new WindowChunk
        {
            First = first,
            Window = Lanes(position => position.Window - first, 0),
            Place = Lanes(position => position.Place, None),
            Offset = Lanes(position => position.Offset, 0),
        };

        Vector512<int> Lanes(Func<(int Window, int Place, int Offset), int> of, int otherwise)
        {
            Span<int> lanes = stackalloc int[SampleBlocks.Lanes];
            lanes.Fill(otherwise);
            for (int i = 0; i < positions.Count; i++)
            {
                lanes[i] = of(positions[i]);
            }

            return Vector512.Create<int>(lanes);
        }
    }
}
