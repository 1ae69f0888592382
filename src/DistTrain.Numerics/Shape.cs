using System.Collections.Immutable;

namespace DistTrain.Numerics;

/// <summary>The dimensions of one sample: (features), or (channels, height, width). The batch is not part of it.</summary>
public sealed class Shape : IEquatable<Shape>
{
    /// <exception cref="ArgumentException">No dimension, or one below 1, or more than 2^31 − 1 elements.</exception>
    public Shape(params ReadOnlySpan<int> dimensions)
    {
        if (dimensions.IsEmpty)
        {
            throw new ArgumentException("a shape needs at least one dimension", nameof(dimensions));
        }

        long size = 1;
        foreach (int dimension in dimensions)
        {
            if (dimension < 1 || (size *= dimension) > int.MaxValue)
            {
                throw new ArgumentException(
                    $"({string.Join(", ", dimensions.ToArray())}) is not a shape: dimensions are 1 or more, "
                    + "2,147,483,647 elements at most", nameof(dimensions));
            }
        }

        Dimensions = [.. dimensions];
        Size = (int)size;
    }

    public ImmutableArray<int> Dimensions { get; }

    /// <summary>Elements: the product of the dimensions.</summary>
    public int Size { get; }

    public int Rank => Dimensions.Length;

    public int this[int axis] => Dimensions[axis];

    public bool Equals(Shape? other) => other is not null && Dimensions.AsSpan().SequenceEqual(other.Dimensions.AsSpan());

    public override bool Equals(object? obj) => Equals(obj as Shape);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (int dimension in Dimensions)
        {
            hash.Add(dimension);
        }

        return hash.ToHashCode();
    }

    /// <returns>As in "(1, 28, 28)".</returns>
    public override string ToString() => $"({string.Join(", ", Dimensions)})";
}
