using DistTrain.Numerics;

namespace DistTrain.Models;

/// <summary>A window that walks over planes of (height, width), as convolution and pooling do.</summary>
/// <param name="Channels">Of the input.</param>
/// <param name="Height">Of the input plane, without padding; <paramref name="Width"/> alike.</param>
internal readonly record struct WindowGeometry(
    int Channels,
    int Height,
    int Width,
    int WindowHeight,
    int WindowWidth,
    int StrideHeight,
    int StrideWidth,
    int PaddingHeight,
    int PaddingWidth)
{
    public int OutputHeight => ((Height + (2 * PaddingHeight) - WindowHeight) / StrideHeight) + 1;

    public int OutputWidth => ((Width + (2 * PaddingWidth) - WindowWidth) / StrideWidth) + 1;

    public int OutputPlane => OutputHeight * OutputWidth;

    public int Plane => Height * Width;

    public int WindowSize => WindowHeight * WindowWidth;

    /// <summary>The input's position in its plane that window element (row, column) sees at an output position; −1: padding.</summary>
    public int InputAt(int outputRow, int outputColumn, int windowRow, int windowColumn)
    {
        int row = (outputRow * StrideHeight) + windowRow - PaddingHeight;
        int column = (outputColumn * StrideWidth) + windowColumn - PaddingWidth;
        return row < 0 || row >= Height || column < 0 || column >= Width ? -1 : (row * Width) + column;
    }

    /// <summary>The input's rows under the window at an output row; columns alike. Never none: padding is less than a window.</summary>
    public WindowSpan RowsAt(int outputRow) =>
        WindowSpan.Clip((outputRow * StrideHeight) - PaddingHeight, WindowHeight, Height);

    public WindowSpan ColumnsAt(int outputColumn) =>
        WindowSpan.Clip((outputColumn * StrideWidth) - PaddingWidth, WindowWidth, Width);

    public ConvolutionShape Convolution(int outChannels) => new(
        Channels, Height, Width, outChannels, WindowHeight, WindowWidth, StrideHeight, StrideWidth, PaddingHeight,
        PaddingWidth);

    /// <exception cref="ModelException">The window does not fit the input; the message names the layer and both.</exception>
    public static WindowGeometry Create(
        LayerContext context, (int Height, int Width) window, (int Height, int Width) stride, (int Height, int Width) padding)
    {
        context.RequireRank(3, "(channels, height, width)");
        Shape input = context.Input;
        if (window.Height < 1 || window.Width < 1 || stride.Height < 1 || stride.Width < 1)
        {
            context.Fail(
                $"has a window of {window.Height} × {window.Width} with stride {stride.Height} × {stride.Width}: "
                + "each must be 1 or more");
        }

        if (padding.Height < 0 || padding.Height >= window.Height || padding.Width < 0 || padding.Width >= window.Width)
        {
            context.Fail(
                $"has a padding of {padding.Height} × {padding.Width}, expected 0 or more and less than its window of "
                + $"{window.Height} × {window.Width}");
        }

        var geometry = new WindowGeometry(
            input[0], input[1], input[2], window.Height, window.Width, stride.Height, stride.Width, padding.Height, padding.Width);
        if (geometry.Height + (2 * padding.Height) < window.Height || geometry.Width + (2 * padding.Width) < window.Width)
        {
            context.Fail(
                $"has a window of {window.Height} × {window.Width}, which is larger than its input of the shape {input} "
                + $"with padding {padding.Height} × {padding.Width}");
        }

        return geometry;
    }
}

/// <summary>Coordinates [First, End).</summary>
internal readonly record struct WindowSpan(int First, int End)
{
    public static WindowSpan Clip(int first, int length, int size) =>
        new(Math.Max(0, first), Math.Min(size, first + length));
}
