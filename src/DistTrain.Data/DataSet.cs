using DistTrain.Numerics;

namespace DistTrain.Data;

/// <summary>One part (training, validation or test) of prepared data: rows of features and a target each. Immutable, safe for many readers.</summary>
public abstract class DataSet
{
    public abstract int RowCount { get; }

    /// <summary>Shape of one row's features.</summary>
    public abstract Shape FeatureShape { get; }

    /// <summary>Floats of one target row; 1 for class labels.</summary>
    public abstract int TargetWidth { get; }

    /// <summary>Writes the scaled features of the given rows, shape (rows, FeatureShape.Size). Allocates nothing.</summary>
    public abstract void GatherFeatures(ReadOnlySpan<int> rows, Span<float> destination);

    /// <summary>Writes the targets of the given rows, shape (rows, TargetWidth); class labels as indices. Allocates nothing.</summary>
    public abstract void GatherTargets(ReadOnlySpan<int> rows, Span<float> destination);
}
