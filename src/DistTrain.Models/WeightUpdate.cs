namespace DistTrain.Models;

/// <summary>Everything between the batch's gradient and the next weights, as the run file states it.</summary>
public sealed record UpdateSpec(OptimizerSpec Optimizer, ScheduleSpec Schedule, float? ClipNorm);

/// <summary>Optimizer, schedule and clipping with the optimizer's state: gradient in, next weights out.</summary>
/// <remarks>Elementwise, so that slices may be updated by several threads, or bucket by bucket, with equal bits.</remarks>
public sealed class WeightUpdate : IDisposable
{
    public WeightUpdate(UpdateSpec spec, ParameterLayout layout, long stepsTotal)
    {
        Spec = spec;
        Layout = layout;
        StepsTotal = stepsTotal;
    }

    public UpdateSpec Spec { get; }

    public ParameterLayout Layout { get; }

    public long StepsTotal { get; }

    /// <summary>Whether slices can be updated before the whole gradient is known (false with clipping by norm).</summary>
    public bool IsElementwise => Spec.ClipNorm is null;

    /// <summary>Optimizer state, for checkpoints: zero or more floats per parameter. Empty for plain SGD.</summary>
    public Span<float> State => throw new NotSupportedException();

    /// <summary>The factor in force at a step (0 is the first).</summary>
    public float LearningRate(long step) => throw new NotSupportedException();

    /// <summary>min(1, clip / ‖gradient‖₂), by fixed virtual lanes; 1 without clipping.</summary>
    public float ClipFactor(ReadOnlySpan<float> gradient) => throw new NotSupportedException();

    /// <summary>Updates positions [start, start + length) in place.</summary>
    /// <param name="step">From 0.</param>
    /// <param name="parameters">The whole flat vector.</param>
    /// <param name="gradient">The slice's gradient of the batch average, shape (length,).</param>
    public void Apply(long step, float clipFactor, Span<float> parameters, int start, ReadOnlySpan<float> gradient) =>
        throw new NotSupportedException();

    public void Dispose()
    {
    }
}
