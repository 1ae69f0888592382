using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DistTrain.Numerics.Convolution;

/// <summary>Tiles of 16 accumulators in 512-bit vectors: panels of 4 channels, a vector a position.</summary>
internal static unsafe class TapTile4
{
    /// <inheritdoc cref="ITapKernel.Quad"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Quad(
        in TapLoop loop, float* weights, float* start, in TapPoints input, in TapPoints output, nint channelStep)
    {
        Vector512<float> c00 = Vector512.Create(start[0]), c01 = c00, c02 = c00, c03 = c00;
        Vector512<float> c10 = Vector512.Create(start[1]), c11 = c10, c12 = c10, c13 = c10;
        Vector512<float> c20 = Vector512.Create(start[2]), c21 = c20, c22 = c20, c23 = c20;
        Vector512<float> c30 = Vector512.Create(start[3]), c31 = c30, c32 = c30, c33 = c30;
        float* x0 = input.First, x1 = input.Second, x2 = input.Third, x3 = input.Fourth;
        nint inputStep = loop.InputStep, weightStep = loop.WeightStep;
        int tapStep = loop.TapStep;
        Tap* end = (Tap*)loop.Taps + loop.TapCount;
        for (int channel = loop.Channels; channel > 0; channel--)
        {
            for (Tap* tap = (Tap*)loop.Taps; tap < end; tap++)
            {
                nint at = tap->Input;
                Vector512<float> v0 = Vector512.Load(x0 + at), v1 = Vector512.Load(x1 + at);
                Vector512<float> v2 = Vector512.Load(x2 + at), v3 = Vector512.Load(x3 + at);
                float* w = weights + (tap->Weight * tapStep);
                var w0 = Vector512.Create(w[0]);
                c00 = Vector512.FusedMultiplyAdd(w0, v0, c00);
                c01 = Vector512.FusedMultiplyAdd(w0, v1, c01);
                c02 = Vector512.FusedMultiplyAdd(w0, v2, c02);
                c03 = Vector512.FusedMultiplyAdd(w0, v3, c03);
                var w1 = Vector512.Create(w[1]);
                c10 = Vector512.FusedMultiplyAdd(w1, v0, c10);
                c11 = Vector512.FusedMultiplyAdd(w1, v1, c11);
                c12 = Vector512.FusedMultiplyAdd(w1, v2, c12);
                c13 = Vector512.FusedMultiplyAdd(w1, v3, c13);
                var w2 = Vector512.Create(w[2]);
                c20 = Vector512.FusedMultiplyAdd(w2, v0, c20);
                c21 = Vector512.FusedMultiplyAdd(w2, v1, c21);
                c22 = Vector512.FusedMultiplyAdd(w2, v2, c22);
                c23 = Vector512.FusedMultiplyAdd(w2, v3, c23);
                var w3 = Vector512.Create(w[3]);
                c30 = Vector512.FusedMultiplyAdd(w3, v0, c30);
                c31 = Vector512.FusedMultiplyAdd(w3, v1, c31);
                c32 = Vector512.FusedMultiplyAdd(w3, v2, c32);
                c33 = Vector512.FusedMultiplyAdd(w3, v3, c33);
            }

            x0 += inputStep;
            x1 += inputStep;
            x2 += inputStep;
            x3 += inputStep;
            weights += weightStep;
        }

        float* y0 = output.First, y1 = output.Second, y2 = output.Third, y3 = output.Fourth;
        c00.Store(y0);
        c01.Store(y1);
        c02.Store(y2);
        c03.Store(y3);
        c10.Store(y0 + channelStep);
        c11.Store(y1 + channelStep);
        c12.Store(y2 + channelStep);
        c13.Store(y3 + channelStep);
        c20.Store(y0 + (2 * channelStep));
        c21.Store(y1 + (2 * channelStep));
        c22.Store(y2 + (2 * channelStep));
        c23.Store(y3 + (2 * channelStep));
        c30.Store(y0 + (3 * channelStep));
        c31.Store(y1 + (3 * channelStep));
        c32.Store(y2 + (3 * channelStep));
        c33.Store(y3 + (3 * channelStep));
    }

    /// <inheritdoc cref="ITapKernel.Panels"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Panels(
        in TapLoop loop, float* weights, nint panelStep, float* start, float* input, float* output, nint channelStep)
    {
        Vector512<float> c00 = Vector512.Create(start[0]), c01 = Vector512.Create(start[1]), c02 = Vector512.Create(start[2]);
        Vector512<float> c03 = Vector512.Create(start[3]);
        Vector512<float> c10 = Vector512.Create(start[4]), c11 = Vector512.Create(start[5]), c12 = Vector512.Create(start[6]);
        Vector512<float> c13 = Vector512.Create(start[7]);
        Vector512<float> c20 = Vector512.Create(start[8]), c21 = Vector512.Create(start[9]), c22 = Vector512.Create(start[10]);
        Vector512<float> c23 = Vector512.Create(start[11]);
        Vector512<float> c30 = Vector512.Create(start[12]), c31 = Vector512.Create(start[13]), c32 = Vector512.Create(start[14]);
        Vector512<float> c33 = Vector512.Create(start[15]);
        float* second = weights + panelStep, third = second + panelStep, fourth = third + panelStep;
        nint inputStep = loop.InputStep, weightStep = loop.WeightStep;
        int tapStep = loop.TapStep;
        Tap* end = (Tap*)loop.Taps + loop.TapCount;
        for (int channel = loop.Channels; channel > 0; channel--)
        {
            for (Tap* tap = (Tap*)loop.Taps; tap < end; tap++)
            {
                var v = Vector512.Load(input + tap->Input);
                nint at = tap->Weight * tapStep;
                c00 = Vector512.FusedMultiplyAdd(Vector512.Create(weights[at]), v, c00);
                c01 = Vector512.FusedMultiplyAdd(Vector512.Create(weights[at + 1]), v, c01);
                c02 = Vector512.FusedMultiplyAdd(Vector512.Create(weights[at + 2]), v, c02);
                c03 = Vector512.FusedMultiplyAdd(Vector512.Create(weights[at + 3]), v, c03);
                c10 = Vector512.FusedMultiplyAdd(Vector512.Create(second[at]), v, c10);
                c11 = Vector512.FusedMultiplyAdd(Vector512.Create(second[at + 1]), v, c11);
                c12 = Vector512.FusedMultiplyAdd(Vector512.Create(second[at + 2]), v, c12);
                c13 = Vector512.FusedMultiplyAdd(Vector512.Create(second[at + 3]), v, c13);
                c20 = Vector512.FusedMultiplyAdd(Vector512.Create(third[at]), v, c20);
                c21 = Vector512.FusedMultiplyAdd(Vector512.Create(third[at + 1]), v, c21);
                c22 = Vector512.FusedMultiplyAdd(Vector512.Create(third[at + 2]), v, c22);
                c23 = Vector512.FusedMultiplyAdd(Vector512.Create(third[at + 3]), v, c23);
                c30 = Vector512.FusedMultiplyAdd(Vector512.Create(fourth[at]), v, c30);
                c31 = Vector512.FusedMultiplyAdd(Vector512.Create(fourth[at + 1]), v, c31);
                c32 = Vector512.FusedMultiplyAdd(Vector512.Create(fourth[at + 2]), v, c32);
                c33 = Vector512.FusedMultiplyAdd(Vector512.Create(fourth[at + 3]), v, c33);
            }

            input += inputStep;
            weights += weightStep;
            second += weightStep;
            third += weightStep;
            fourth += weightStep;
        }

        c00.Store(output);
        c01.Store(output + channelStep);
        c02.Store(output + (2 * channelStep));
        c03.Store(output + (3 * channelStep));
        c10.Store(output + (4 * channelStep));
        c11.Store(output + (5 * channelStep));
        c12.Store(output + (6 * channelStep));
        c13.Store(output + (7 * channelStep));
        c20.Store(output + (8 * channelStep));
        c21.Store(output + (9 * channelStep));
        c22.Store(output + (10 * channelStep));
        c23.Store(output + (11 * channelStep));
        c30.Store(output + (12 * channelStep));
        c31.Store(output + (13 * channelStep));
        c32.Store(output + (14 * channelStep));
        c33.Store(output + (15 * channelStep));
    }
}
