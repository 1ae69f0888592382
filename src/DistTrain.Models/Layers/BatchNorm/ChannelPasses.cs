using System.Runtime.Intrinsics;
using DistTrain.Numerics;

namespace DistTrain.Models;

/// <summary>
/// Passes over values of shape (rows, channels, plane) whose constants change by channel: sums per channel, and maps.
/// </summary>
/// <remarks>
/// A channel's sum has 16 virtual lanes (lane = position in the plane mod 16), each a chain over the rows and then along
/// the plane, added by the fixed tree. With planes of one element only lane 0 is used: a plain chain over the rows, so
/// that there the vector may hold 16 channels instead.
/// </remarks>
internal readonly struct ChannelPasses(int channels, int planeSize)
{
    /// <summary>sums[c] = Σ over rows and plane of term(first, second, constants of c).</summary>
    public void Sum<TTerm>(
        ReadOnlySpan<float> first, ReadOnlySpan<float> second, in ChannelConstants constants, Span<float> sums)
        where TTerm : IChannelFunction
    {
        int stride = channels * planeSize;
        if (planeSize == 1)
        {
            for (int channel = 0; channel < channels; channel += VectorMap.Width)
            {
                ChannelVectors vectors = constants.Load(channel);
                Vector512<float> sum = default;
                for (int at = channel; at < first.Length; at += stride)
                {
                    sum += TTerm.Apply(VectorMap.Load(first[at..]), VectorMap.Load(second[at..]), vectors);
                }

                VectorMap.Store(sum, sums[channel..channels]);
            }

            return;
        }

        for (int channel = 0; channel < channels; channel++)
        {
            ChannelVectors vectors = constants.Broadcast(channel);
            float center = constants.Center.IsEmpty ? 0 : constants.Center[channel];
            Vector512<float> lanes = default;
            for (int start = channel * planeSize; start < first.Length; start += stride)
            {
                // Missing lanes stand at the center and have no gradient: their terms are zeros.
                ReadOnlySpan<float> x = first.Slice(start, planeSize);
                ReadOnlySpan<float> delta = second.Slice(start, planeSize);
                for (int at = 0; at < planeSize; at += VectorMap.Width)
                {
                    lanes += TTerm.Apply(VectorMap.Load(x[at..], center), VectorMap.Load(delta[at..]), vectors);
                }
            }

            sums[channel] = LaneSum.AddLanes(lanes);
        }
    }

    /// <summary>result = function(first, second, constants of its channel), elementwise.</summary>
    /// <param name="result">As long as both; may be one of them.</param>
    public void Map<TFunction>(
        ReadOnlySpan<float> first, ReadOnlySpan<float> second, in ChannelConstants constants, Span<float> result)
        where TFunction : IChannelFunction
    {
        int count = planeSize == 1 ? channels : planeSize;
        for (int start = 0, channel = 0; start < first.Length; start += count, channel = (channel + 1) % channels)
        {
            ReadOnlySpan<float> x = first.Slice(start, count);
            ReadOnlySpan<float> delta = second.Slice(start, count);
            Span<float> target = result.Slice(start, count);
            ChannelVectors vectors = planeSize == 1 ? default : constants.Broadcast(channel);
            for (int at = 0; at < count; at += VectorMap.Width)
            {
                vectors = planeSize == 1 ? constants.Load(at) : vectors;
                VectorMap.Store(
                    TFunction.Apply(VectorMap.Load(x[at..]), VectorMap.Load(delta[at..]), vectors), target[at..]);
            }
        }
    }
}

/// <summary>A function of an element, a second one (its gradient, where there is one) and its channel's constants.</summary>
internal interface IChannelFunction
{
    static abstract Vector512<float> Apply(Vector512<float> x, Vector512<float> delta, in ChannelVectors constants);
}

/// <summary>Up to five numbers per channel, each of shape (channels,) or empty (zeros).</summary>
internal readonly ref struct ChannelConstants
{
    /// <summary>The mean.</summary>
    public ReadOnlySpan<float> Center { get; init; }

    /// <summary>1 / √(variance + ε).</summary>
    public ReadOnlySpan<float> Scale { get; init; }

    /// <summary>What comes out is multiplied by this.</summary>
    public ReadOnlySpan<float> Factor { get; init; }

    /// <summary>β, or the mean of δ.</summary>
    public ReadOnlySpan<float> Offset { get; init; }

    /// <summary>The mean of δ·x̂.</summary>
    public ReadOnlySpan<float> Slope { get; init; }

    public ChannelVectors Load(int channel) => new(
        LoadOne(Center, channel),
        LoadOne(Scale, channel),
        LoadOne(Factor, channel),
        LoadOne(Offset, channel),
        LoadOne(Slope, channel));

    public ChannelVectors Broadcast(int channel) => new(
        BroadcastOne(Center, channel),
        BroadcastOne(Scale, channel),
        BroadcastOne(Factor, channel),
        BroadcastOne(Offset, channel),
        BroadcastOne(Slope, channel));

    private static Vector512<float> LoadOne(ReadOnlySpan<float> values, int channel) =>
        values.IsEmpty ? default : VectorMap.Load(values[channel..]);

    private static Vector512<float> BroadcastOne(ReadOnlySpan<float> values, int channel) =>
        values.IsEmpty ? default : Vector512.Create(values[channel]);
}

/// <summary><see cref="ChannelConstants"/> as the vectors that fit the elements.</summary>
internal readonly record struct ChannelVectors(
    Vector512<float> Center,
    Vector512<float> Scale,
    Vector512<float> Factor,
    Vector512<float> Offset,
    Vector512<float> Slope);
