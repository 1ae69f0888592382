namespace DistTrain.Numerics.Convolution;

/// <summary>A tile of one panel of four channels at one position.</summary>
internal unsafe interface ITapTile
{
    static abstract void Run(
        in TapLoop loop, float* weights, float* start, float* input, float* output, nint channelStep);
}

/// <summary>The rungs with few registers: every tile is one panel of four channels at one position.</summary>
internal readonly unsafe struct TapTileKernel<TTile> : ITapKernel
    where TTile : struct, ITapTile
{
    public static int PanelRows(int outChannels) => 4;

    public static void Quad(
        in TapLoop loop, float* weights, float* start, in TapPoints input, in TapPoints output, nint channelStep)
    {
        TTile.Run(loop, weights, start, input.First, output.First, channelStep);
        TTile.Run(loop, weights, start, input.Second, output.Second, channelStep);
        TTile.Run(loop, weights, start, input.Third, output.Third, channelStep);
        TTile.Run(loop, weights, start, input.Fourth, output.Fourth, channelStep);
    }

    public static void Panels(
        in TapLoop loop, float* weights, nint panelStep, float* start, float* input, float* output, nint channelStep)
    {
        for (int panel = 0; panel < 4; panel++)
        {
            TTile.Run(
                loop, weights + (panel * panelStep), start + (4 * panel), input, output + (4 * panel * channelStep), channelStep);
        }
    }
}
