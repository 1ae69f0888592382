using System.Collections.Immutable;

namespace DistTrain.Models;

/// <summary>Where each tensor lies in the flat parameter vector.</summary>
public sealed class ParameterLayout
{
    public ParameterLayout(ImmutableArray<ParameterSlice> slices)
    {
        Slices = slices;
        Length = slices.IsEmpty ? 0 : slices[^1].Start + slices[^1].Length;
    }

    /// <summary>In order of position, without gaps.</summary>
    public ImmutableArray<ParameterSlice> Slices { get; }

    /// <summary>Floats of the whole vector.</summary>
    public int Length { get; }

    /// <summary>The tensor that holds this position, for messages.</summary>
    public ParameterSlice At(int position)
    {
        foreach (ParameterSlice slice in Slices)
        {
            if (position < slice.Start + slice.Length)
            {
                return slice;
            }
        }

        throw new ArgumentOutOfRangeException(nameof(position));
    }
}

/// <summary>One named tensor: floats [Start, Start + Length) of the flat vector.</summary>
/// <param name="Name">As in "layers.0.weight".</param>
public sealed record ParameterSlice(string Name, ImmutableArray<int> Shape, int Start, ParameterRole Role)
{
    /// <summary>Of a running statistic: the share of the newest batch, above 0, up to 1.</summary>
    public float Momentum { get; init; }

    public int Length { get; } = Shape.Aggregate(1, (size, dimension) => size * dimension);
}

public enum ParameterRole
{
    /// <summary>Changed by the optimizer along its gradient.</summary>
    Trained = 0,

    /// <summary>Batch statistics, averaged over time; the sum vector carries the batch's statistic in the gradient's place.</summary>
    RunningStatistic = 1,
}
