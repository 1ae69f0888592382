namespace DistTrain.Numerics.Convolution;

/// <summary>One rung of the convolution's ladder: output elements of sixteen samples, each a chain over channels and taps.</summary>
/// <remarks>
/// Every lane of every element is the chain sum ← fma(weight, input, sum), from its start value, over channels, then taps
/// in the given order: all rungs give equal bits. Weights lie in panels (channel, kernel element, panel row).
/// </remarks>
internal unsafe interface ITapKernel
{
    /// <summary>Output channels of a panel, so that few are left over.</summary>
    static abstract int PanelRows(int outChannels);

    /// <summary>One panel at four positions.</summary>
    /// <param name="start">Shape (rows,).</param>
    /// <param name="output">Of the panel's first channel.</param>
    /// <param name="channelStep">Floats from channel to channel of the output.</param>
    static abstract void Quad(
        in TapLoop loop, float* weights, float* start, in TapPoints input, in TapPoints output, nint channelStep);

    /// <summary>Four panels at one position.</summary>
    /// <param name="panelStep">Floats from panel to panel of the weights.</param>
    /// <param name="start">Shape (4 · rows,).</param>
    static abstract void Panels(
        in TapLoop loop, float* weights, nint panelStep, float* start, float* input, float* output, nint channelStep);
}

/// <summary>The four positions of a tile.</summary>
internal readonly unsafe struct TapPoints(float* first, float* second, float* third, float* fourth)
{
    public readonly float* First = first;
    public readonly float* Second = second;
    public readonly float* Third = third;
    public readonly float* Fourth = fourth;
}
