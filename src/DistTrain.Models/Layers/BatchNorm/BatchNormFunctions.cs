using System.Runtime.Intrinsics;

namespace DistTrain.Models;

internal readonly struct Value : IChannelFunction
{
    public static Vector512<float> Apply(Vector512<float> x, Vector512<float> delta, in ChannelVectors constants) => x;
}

internal readonly struct SquaredDifference : IChannelFunction
{
    public static Vector512<float> Apply(Vector512<float> x, Vector512<float> delta, in ChannelVectors constants)
    {
        Vector512<float> difference = x - constants.Center;
        return difference * difference;
    }
}

internal readonly struct Delta : IChannelFunction
{
    public static Vector512<float> Apply(Vector512<float> x, Vector512<float> delta, in ChannelVectors constants) => delta;
}

/// <summary>δ·x̂, with x̂ = (x − mean) / √(variance + ε).</summary>
internal readonly struct DeltaTimesNormal : IChannelFunction
{
    public static Vector512<float> Apply(Vector512<float> x, Vector512<float> delta, in ChannelVectors constants) =>
        delta * ((x - constants.Center) * constants.Scale);
}

/// <summary>x̂·γ + β.</summary>
internal readonly struct Normalised : IChannelFunction
{
    public static Vector512<float> Apply(Vector512<float> x, Vector512<float> delta, in ChannelVectors constants) =>
        Vector512.FusedMultiplyAdd((x - constants.Center) * constants.Scale, constants.Factor, constants.Offset);
}

/// <summary>(δ − mean(δ) − x̂·mean(δ·x̂))·factor.</summary>
internal readonly struct NormalisedGradient : IChannelFunction
{
    public static Vector512<float> Apply(Vector512<float> x, Vector512<float> delta, in ChannelVectors constants)
    {
        Vector512<float> normal = (x - constants.Center) * constants.Scale;
        return (delta - constants.Offset - (normal * constants.Slope)) * constants.Factor;
    }
}
