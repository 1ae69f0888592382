using System.Collections.Immutable;
using DistTrain.Numerics;

namespace DistTrain.Models;

/// <summary>Draws initial weights, uniform in [−limit, limit), keyed by seed and layer.</summary>
internal static class InitialWeights
{
    /// <summary>
    /// The given values, or drawn: limit √(6 / fanIn) in front of a rectifier (He et al. 2015, section 2.2), else
    /// √(6 / (fanIn + fanOut)) (Glorot and Bengio 2010, equation 16).
    /// </summary>
    public static void Fill(
        Span<float> values, ImmutableArray<float>? given, ulong seed, int layer, int fanIn, int fanOut, bool feedsRectifier)
    {
        if (given is { } initial)
        {
            initial.AsSpan().CopyTo(values);
            return;
        }

        float limit = (float)Math.Sqrt(6.0 / (feedsRectifier ? fanIn : (double)fanIn + fanOut));
        RandomStream stream = new PhiloxKey(seed, RandomPurpose.InitialWeights, layer: layer).Row();
        stream.FillUniform(values, -limit, limit);
    }
}
