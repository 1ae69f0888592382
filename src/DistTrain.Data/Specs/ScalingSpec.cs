namespace DistTrain.Data;

/// <summary>What is done to feature columns, always as (x − offset) · factor; offset and factor come from the training part.</summary>
public abstract record ScalingSpec
{
    private ScalingSpec()
    {
    }

    /// <summary>Features are used as they are.</summary>
    public static ScalingSpec None { get; } = new Nothing();

    public sealed record Nothing : ScalingSpec;

    /// <summary>Each column to mean 0 and standard deviation 1 (population form); a constant column becomes 0.</summary>
    public sealed record Standardize : ScalingSpec;

    /// <summary>Each column to 0 … 1; a constant column becomes 0.</summary>
    public sealed record MinMax : ScalingSpec;

    /// <summary>Every column divided by the same number, as in 255 for the bytes of images.</summary>
    /// <param name="Divisor">Finite and not 0.</param>
    public sealed record DivideBy(float Divisor) : ScalingSpec;
}
