using DistTrain.Data;
using DistTrain.Models;

namespace DistTrain.Runtime;

/// <summary>Whether a network's loss and outputs fit the targets of the data.</summary>
/// <remarks>
/// What this lets through would fail in the first step, on whichever worker has the row, or end in figures without a
/// meaning: the loss alone sees floats.
/// </remarks>
internal static class TargetFit
{
    /// <remarks>More outputs than classes are fine: weights of a model for more classes can be tuned on data with fewer.</remarks>
    /// <exception cref="ModelException">They do not fit.</exception>
    public static void Require(PreparedData data, Network network)
    {
        if (Find(network, data.ClassNames.Length, data.TargetNames.Length) is { } misfit)
        {
            throw new ModelException(misfit);
        }
    }

    /// <param name="classCount">0: the targets are values.</param>
    /// <param name="targetCount">Values of a sample; with classes it does not count.</param>
    /// <returns>What does not fit, and what to do; null: they fit.</returns>
    public static string? Find(Network network, int classCount, int targetCount)
    {
        int outputs = network.Output.Size;
        string loss = $"the loss {network.Spec.Loss.Kind}";
        return (network.Spec.Loss, classCount, targetCount) switch
        {
            (SoftmaxCrossEntropySpec or BinaryCrossEntropyWithLogitsSpec, 0, _) =>
                $"{loss} learns classes, but data.targets is \"values\": set it to \"classes\", or take halfSquaredError",
            (_, 0, var targets) when outputs != targets =>
                $"the last layer gives {network.Output}, but a sample has {Count(targets, "target value")}: "
                + $"end with a linear layer of {Count(targets, "unit")}",
            (_, 0, _) => null,
            (SoftmaxCrossEntropySpec, var classes, _) => outputs >= classes ? null
                : $"the last layer gives {network.Output}, but the data has {classes} classes: "
                + "end with a linear layer of \"classes\" units",
            (BinaryCrossEntropyWithLogitsSpec or HalfSquaredErrorSpec, 2, _) => null,
            (BinaryCrossEntropyWithLogitsSpec or HalfSquaredErrorSpec, var classes, _) =>
                $"{loss} tells two classes apart, but the data has {classes}: take softmaxCrossEntropy",
            _ => $"{loss} learns values, but data.targets is \"classes\": set it to \"values\", or take softmaxCrossEntropy",
        };
    }

    private static string Count(int count, string what) => $"{count} {what}{(count == 1 ? "" : "s")}";
}
