using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using DistTrain.Numerics.Products;

namespace DistTrain.Numerics.Convolution;

/// <summary>AVX2 with FMA: eight accumulators, two vectors of eight samples for each of four channels.</summary>
internal readonly unsafe struct TapTile256 : ITapTile
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(in TapLoop loop, float* weights, float* start, float* input, float* output, nint channelStep)
    {
        Vector256<float> c00 = Vector256.Create(start[0]), c01 = c00;
        Vector256<float> c10 = Vector256.Create(start[1]), c11 = c10;
        Vector256<float> c20 = Vector256.Create(start[2]), c21 = c20;
        Vector256<float> c30 = Vector256.Create(start[3]), c31 = c30;
        Tap* end = (Tap*)loop.Taps + loop.TapCount;
        for (int channel = loop.Channels; channel > 0; channel--, input += loop.InputStep, weights += loop.WeightStep)
        {
            for (Tap* tap = (Tap*)loop.Taps; tap < end; tap++)
            {
                float* x = input + tap->Input, w = weights + (4 * tap->Weight);
                Vector256<float> v0 = Vector256.Load(x), v1 = Vector256.Load(x + 8);
                var w0 = Vector256.Create(w[0]);
                c00 = Vector256.FusedMultiplyAdd(w0, v0, c00);
                c01 = Vector256.FusedMultiplyAdd(w0, v1, c01);
                var w1 = Vector256.Create(w[1]);
                c10 = Vector256.FusedMultiplyAdd(w1, v0, c10);
                c11 = Vector256.FusedMultiplyAdd(w1, v1, c11);
                var w2 = Vector256.Create(w[2]);
                c20 = Vector256.FusedMultiplyAdd(w2, v0, c20);
                c21 = Vector256.FusedMultiplyAdd(w2, v1, c21);
                var w3 = Vector256.Create(w[3]);
                c30 = Vector256.FusedMultiplyAdd(w3, v0, c30);
                c31 = Vector256.FusedMultiplyAdd(w3, v1, c31);
            }
        }

        c00.Store(output);
        c01.Store(output + 8);
        output += channelStep;
        c10.Store(output);
        c11.Store(output + 8);
        output += channelStep;
        c20.Store(output);
        c21.Store(output + 8);
        output += channelStep;
        c30.Store(output);
        c31.Store(output + 8);
    }
}

/// <summary>128-bit vectors, four samples at a time.</summary>
internal readonly unsafe struct TapTile128 : ITapTile
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(in TapLoop loop, float* weights, float* start, float* input, float* output, nint channelStep)
    {
        Tap* end = (Tap*)loop.Taps + loop.TapCount;
        for (int lane = 0; lane < SampleBlocks.Lanes; lane += 4)
        {
            float* x = input + lane, w = weights;
            Vector128<float> c0 = Vector128.Create(start[0]), c1 = Vector128.Create(start[1]);
            Vector128<float> c2 = Vector128.Create(start[2]), c3 = Vector128.Create(start[3]);
            for (int channel = loop.Channels; channel > 0; channel--, x += loop.InputStep, w += loop.WeightStep)
            {
                for (Tap* tap = (Tap*)loop.Taps; tap < end; tap++)
                {
                    var v = Vector128.Load(x + tap->Input);
                    float* row = w + (4 * tap->Weight);
                    c0 = ExactMultiplyAdd.Run(Vector128.Create(row[0]), v, c0);
                    c1 = ExactMultiplyAdd.Run(Vector128.Create(row[1]), v, c1);
                    c2 = ExactMultiplyAdd.Run(Vector128.Create(row[2]), v, c2);
                    c3 = ExactMultiplyAdd.Run(Vector128.Create(row[3]), v, c3);
                }
            }

            c0.Store(output + lane);
            c1.Store(output + channelStep + lane);
            c2.Store(output + (2 * channelStep) + lane);
            c3.Store(output + (3 * channelStep) + lane);
        }
    }
}

/// <summary>Without vector instructions, for processors (or switches) that leave no faster rung.</summary>
internal readonly unsafe struct ScalarTapTile : ITapTile
{
    public static void Run(in TapLoop loop, float* weights, float* start, float* input, float* output, nint channelStep)
    {
        for (int row = 0; row < 4; row++)
        {
            for (int lane = 0; lane < SampleBlocks.Lanes; lane++)
            {
                float* x = input + lane, w = weights + row;
                float sum = start[row];
                for (int channel = 0; channel < loop.Channels; channel++, x += loop.InputStep, w += loop.WeightStep)
                {
                    for (int at = 0; at < loop.TapCount; at++)
                    {
                        Tap tap = ((Tap*)loop.Taps)[at];
                        sum = MathF.FusedMultiplyAdd(w[4 * tap.Weight], x[tap.Input], sum);
                    }
                }

                output[(row * channelStep) + lane] = sum;
            }
        }
    }
}
