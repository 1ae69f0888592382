using System.Collections.Immutable;

namespace DistTrain.Runtime;

/// <summary>What the model makes of the first training rows, and its weights: for small examples to look at.</summary>
/// <param name="IsAfter">False: before the first update. True: after the last.</param>
/// <param name="AverageLoss">Over all the rows shown.</param>
/// <param name="Weights">Every tensor where the model is small; else empty.</param>
public sealed record SampleReport(
    bool IsAfter, ImmutableArray<SampleFigures> Samples, double AverageLoss, ImmutableArray<TensorFigures> Weights);

/// <summary>One row.</summary>
/// <param name="Row">Position in the training part, from 0.</param>
/// <param name="Targets">A class index, or the target values.</param>
/// <param name="Outputs">What the last layer gives.</param>
public sealed record SampleFigures(
    int Row, ImmutableArray<float> Targets, ImmutableArray<float> Outputs, float Loss);

/// <summary>One named tensor.</summary>
public sealed record TensorFigures(string Name, ImmutableArray<int> Shape, ImmutableArray<float> Values);
