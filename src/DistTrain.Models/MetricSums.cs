namespace DistTrain.Models;

/// <summary>The figures summed over samples beside the gradient; added in tree order like it.</summary>
public static class MetricSums
{
    /// <summary>Floats.</summary>
    public const int Count = 4;

    /// <summary>Σ loss of a sample (not divided by n).</summary>
    public const int Loss = 0;

    /// <summary>Samples whose class was predicted right; 0 for regression.</summary>
    public const int Correct = 1;

    /// <summary>Σ over samples and outputs of |output − target|; 0 for classification.</summary>
    public const int AbsoluteError = 2;

    /// <summary>Σ over samples and outputs of (output − target)²; 0 for classification.</summary>
    public const int SquaredError = 3;
}
