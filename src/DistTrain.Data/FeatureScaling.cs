using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace DistTrain.Data;

/// <summary>x' = (x − Offset[j]) · Factor[j] for feature column j. Both empty: features are used as they are.</summary>
public sealed record FeatureScaling(ImmutableArray<float> Offset, ImmutableArray<float> Factor)
{
    /// <summary>Features are used as they are.</summary>
    public static FeatureScaling None { get; } = new([], []);

    [JsonIgnore]
    public bool IsNone => Offset.IsEmpty;

    public bool Equals(FeatureScaling? other) =>
        other is not null && Offset.AsSpan().SequenceEqual(other.Offset.AsSpan())
        && Factor.AsSpan().SequenceEqual(other.Factor.AsSpan());

    public override int GetHashCode() => Offset.IsEmpty ? 0 : HashCode.Combine(Offset.Length, Offset[0], Factor[0]);
}
