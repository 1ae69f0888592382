using System.Collections.Immutable;
using DistTrain.Data;
using DistTrain.Models;
using DistTrain.Numerics;

namespace DistTrain.Runtime;

/// <summary>What a model's outputs mean to its user: a class and probabilities, or values.</summary>
public sealed class OutputDecoder
{
    private const float HalfSquaredErrorThreshold = 0.5f;

    private const int StackWidthMax = 1024;

    private readonly LossSpec _loss;
    private readonly int _outputWidth;

    internal OutputDecoder(LossSpec loss, int outputWidth, FeatureSchema features)
    {
        _loss = loss;
        _outputWidth = outputWidth;
        ClassNames = features.ClassNames;
        ValueNames = IsClassification ? ClassNames
            : features.TargetNames.Length == outputWidth ? features.TargetNames
            : [.. Enumerable.Range(0, outputWidth).Select(index => $"output{index}")];
    }

    public bool IsClassification => !ClassNames.IsEmpty;

    /// <summary>Empty for regression.</summary>
    public ImmutableArray<string> ClassNames { get; }

    /// <summary>Names of the decoded values: the classes, or the targets.</summary>
    public ImmutableArray<string> ValueNames { get; }

    /// <summary>Floats of one decoded row.</summary>
    public int Width => ValueNames.Length;

    /// <returns>The index of the predicted class, by the rule of the training's accuracy. Classification only.</returns>
    /// <param name="outputs">Shape (output width,).</param>
    public int ClassOf(ReadOnlySpan<float> outputs) => _loss switch
    {
        BinaryCrossEntropyWithLogitsSpec => outputs[0] >= 0 ? 1 : 0,
        HalfSquaredErrorSpec => outputs[0] >= HalfSquaredErrorThreshold ? 1 : 0,
        _ => RowExtremes.ArgMax(outputs),
    };

    /// <summary>Probabilities of the classes, or the values as they are.</summary>
    /// <param name="outputs">Shape (output width,).</param>
    /// <param name="values">Shape (Width,).</param>
    /// <remarks>
    /// A half-squared-error model of two classes has no probabilities: its output, cut to 0 … 1, stands for that of the
    /// second class.
    /// </remarks>
    public void Decode(ReadOnlySpan<float> outputs, Span<float> values)
    {
        if (!IsClassification)
        {
            outputs.CopyTo(values);
        }
        else if (_loss is SoftmaxCrossEntropySpec)
        {
            Span<float> probabilities = _outputWidth <= StackWidthMax ? stackalloc float[_outputWidth] : new float[_outputWidth];
            RowSoftmax.Forward(_outputWidth, outputs, probabilities);
            probabilities[..Width].CopyTo(values);
        }
        else
        {
            float second = _loss is BinaryCrossEntropyWithLogitsSpec
                ? VectorMath.Sigmoid(outputs[0]) : Math.Clamp(outputs[0], 0, 1);
            values.Clear();
            values[0] = 1 - second;
            if (values.Length > 1)
            {
                values[1] = second;
            }
        }
    }
}
