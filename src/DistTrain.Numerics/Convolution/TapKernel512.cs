using System.Runtime.CompilerServices;

namespace DistTrain.Numerics.Convolution;

/// <summary>AVX-512: a vector is an element of sixteen samples; 16 or 20 accumulators.</summary>
internal readonly unsafe struct TapKernel512 : ITapKernel
{
    public static int PanelRows(int outChannels) => (outChannels + 4) / 5 * 5 < (outChannels + 3) / 4 * 4 || outChannels % 5 == 0 ? 5 : 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Quad(
        in TapLoop loop, float* weights, float* start, in TapPoints input, in TapPoints output, nint channelStep)
    {
        if (loop.TapStep == 5)
        {
            TapTile5.Quad(loop, weights, start, input, output, channelStep);
        }
        else
        {
            TapTile4.Quad(loop, weights, start, input, output, channelStep);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Panels(
        in TapLoop loop, float* weights, nint panelStep, float* start, float* input, float* output, nint channelStep)
    {
        if (loop.TapStep == 5)
        {
            TapTile5.Panels(loop, weights, panelStep, start, input, output, channelStep);
        }
        else
        {
            TapTile4.Panels(loop, weights, panelStep, start, input, output, channelStep);
        }
    }
}
