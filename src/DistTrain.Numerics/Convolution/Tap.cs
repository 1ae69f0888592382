namespace DistTrain.Numerics.Convolution;

/// <summary>One product of the chains that make a group of elements: where its factors lie.</summary>
/// <param name="Input">Floats from the position's own input offset, within a channel.</param>
/// <param name="Weight">Kernel element, ky · kernelWidth + kx.</param>
internal readonly record struct Tap(int Input, int Weight);

/// <summary>An element that is computed: floats from the channel's start, of its input and of itself.</summary>
internal readonly record struct TapPosition(int Input, int Output);

/// <summary>Positions whose chains have the same taps.</summary>
internal readonly record struct TapGroup(int FirstTap, int TapCount, int FirstPosition, int PositionCount);

/// <summary>The chains of a tile: for each channel, then each tap, one fused multiply-add.</summary>
/// <param name="InputStep">Floats from channel to channel of the input.</param>
/// <param name="WeightStep">Floats from channel to channel of a weight panel.</param>
/// <param name="TapStep">Floats from kernel element to kernel element of a weight panel: its rows.</param>
internal readonly unsafe record struct TapLoop(
    int Channels, nint Taps, int TapCount, nint InputStep, nint WeightStep, int TapStep);
