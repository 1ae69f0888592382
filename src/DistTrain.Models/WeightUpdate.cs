using System.Runtime.CompilerServices;
using DistTrain.Numerics;

namespace DistTrain.Models;

/// <summary>Everything between the batch's gradient and the next weights, as the run file states it.</summary>
/// <param name="ClipNorm">Longest gradient, by its 2-norm over all trained parameters; above 0. Null: as long as it is.</param>
public sealed record UpdateSpec(OptimizerSpec Optimizer, ScheduleSpec Schedule, float? ClipNorm);

/// <summary>Optimizer, schedule and clipping with the optimizer's state: gradient in, next weights out.</summary>
/// <remarks>Elementwise, so that slices may be updated by several threads, or bucket by bucket, with equal bits.</remarks>
public sealed class WeightUpdate : IDisposable
{
    private readonly Optimizer _optimizer;
    private AlignedBuffer _state;
    private AlignedBuffer _stateNext;
    private readonly UpdateRange[] _ranges;

    /// <param name="stepsTotal">Steps of the whole run; where a schedule ends.</param>
    /// <exception cref="ModelException">A number of the spec is out of its range.</exception>
    public WeightUpdate(UpdateSpec spec, ParameterLayout layout, long stepsTotal)
    {
        if (spec.ClipNorm is { } clip && !(clip > 0 && float.IsFinite(clip)))
        {
            throw new ModelException($"the gradient's norm is clipped at {clip}, expected a finite number above 0");
        }

        Spec = spec;
        Layout = layout;
        StepsTotal = stepsTotal;
        _optimizer = spec.Optimizer.Build();
        _state = new AlignedBuffer(checked(_optimizer.StateCount * layout.Length));
        _stateNext = new AlignedBuffer(_state.Length);
        _ranges = UpdateRange.Merge(layout);
    }

    public UpdateSpec Spec { get; }

    public ParameterLayout Layout { get; }

    public long StepsTotal { get; }

    /// <summary>Whether slices can be updated before the whole gradient is known (false with clipping by norm).</summary>
    public bool IsElementwise => Spec.ClipNorm is null;

    /// <summary>
    /// Optimizer state in force, for checkpoints: shape (state vectors, Layout.Length). None for plain SGD; the velocity for momentum;
    /// the means of gradient and squared gradient for Adam. Zeros at the start.
    /// </summary>
    public Span<float> State => _state.Span;

    /// <summary>The learning rate in force at a step (0 is the first): the optimizer's times the schedule's factor.</summary>
    public float LearningRate(long step) =>
        (float)(Spec.Optimizer.LearningRate * Spec.Schedule.FactorAt(step, StepsTotal));

    /// <summary>min(1, clip / ‖gradient‖₂), by fixed virtual lanes; 1 without clipping.</summary>
    /// <param name="gradient">Shape (Layout.Length,). Running statistics' slots do not count.</param>
    public float ClipFactor(ReadOnlySpan<float> gradient)
    {
        if (Spec.ClipNorm is not { } clip)
        {
            return 1;
        }

        ArgumentOutOfRangeException.ThrowIfNotEqual(gradient.Length, Layout.Length);
        double squares = 0;
        foreach (UpdateRange range in _ranges)
        {
            if (range.Role == ParameterRole.Trained)
            {
                squares += LaneSum.SquaredNormDouble(gradient[range.Start..range.End]);
            }
        }

        double norm = Math.Sqrt(squares);
        return norm > clip ? (float)(clip / norm) : 1;
    }

    /// <summary>Updates positions [start, start + length) in place.</summary>
    /// <param name="step">From 0.</param>
    /// <param name="parameters">The whole flat vector.</param>
    /// <param name="gradient">The slice's gradient of the batch average, shape (length,).</param>
    public void Apply(long step, float clipFactor, Span<float> parameters, int start, ReadOnlySpan<float> gradient)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(parameters.Length, Layout.Length);
        float learningRate = LearningRate(step);
        int end = start + gradient.Length;
        foreach (UpdateRange range in _ranges)
        {
            int from = Math.Max(start, range.Start);
            int to = Math.Min(end, range.End);
            if (from >= to)
            {
                continue;
            }

            Apply(
                step, learningRate, clipFactor, range, parameters[from..to], gradient[(from - start)..(to - start)],
                StateVector(_state, 0, from, to), StateVector(_state, 1, from, to));
        }
    }

    /// <summary>
    /// Makes positions [start, start + length) of the next weights and of the next optimizer state. What is in force is only
    /// read, so that a step that is never finished leaves no trace; <see cref="Advance"/> ends one that is.
    /// </summary>
    /// <param name="current">The whole flat vector.</param>
    /// <param name="next">As long as <paramref name="current"/>; no other vector.</param>
    /// <param name="isStreamed">Whether the results go past the caches (<see cref="StreamedCopy"/>), to be published by the caller.</param>
    public void ApplyNext(
        long step, float clipFactor, ReadOnlySpan<float> current, Span<float> next, int start, ReadOnlySpan<float> gradient,
        bool isStreamed)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(current.Length, Layout.Length);
        ArgumentOutOfRangeException.ThrowIfNotEqual(next.Length, Layout.Length);
        float learningRate = LearningRate(step);
        int end = start + gradient.Length;
        foreach (UpdateRange range in _ranges)
        {
            int from = Math.Max(start, range.Start);
            int to = Math.Min(end, range.End);
            if (from >= to)
            {
                continue;
            }

            ReadOnlySpan<float> part = gradient[(from - start)..(to - start)];
            if (isStreamed)
            {
                MakeStreamed(step, learningRate, clipFactor, range, current, next, from, part);
                continue;
            }

            current[from..to].CopyTo(next[from..to]);
            CopyState(from, to);
            Apply(
                step, learningRate, clipFactor, range, next[from..to], part, StateVector(_stateNext, 0, from, to),
                StateVector(_stateNext, 1, from, to));
        }
    }

    /// <summary>Makes a range's next weights and state in the first cache, chunk by chunk, and streams them out.</summary>
    [SkipLocalsInit]
    private void MakeStreamed(
        long step, float learningRate, float clipFactor, in UpdateRange range, ReadOnlySpan<float> current, Span<float> next,
        int start, ReadOnlySpan<float> gradient)
    {
        Span<float> weightsRoom = stackalloc float[ChunkLength];
        Span<float> stateRoom = stackalloc float[StatesMost * ChunkLength];
        for (int done = 0; done < gradient.Length; done += ChunkLength)
        {
            int length = Math.Min(ChunkLength, gradient.Length - done);
            int from = start + done, to = from + length;
            Span<float> weights = weightsRoom[..length];
            Span<float> state0 = stateRoom[..length], state1 = stateRoom.Slice(ChunkLength, length);
            current[from..to].CopyTo(weights);
            StateVector(_state, 0, from, to).CopyTo(state0);
            StateVector(_state, 1, from, to).CopyTo(state1);
            Apply(step, learningRate, clipFactor, range, weights, gradient.Slice(done, length), state0, state1);
            StreamedCopy.Copy(weights, next[from..to]);
            for (int index = 0; index < _optimizer.StateCount; index++)
            {
                StreamedCopy.Copy(index == 0 ? state0 : state1, StateVector(_stateNext, index, from, to));
            }
        }
    }

    private void CopyState(int from, int to)
    {
        for (int index = 0; index < _optimizer.StateCount; index++)
        {
            StateVector(_state, index, from, to).CopyTo(StateVector(_stateNext, index, from, to));
        }
    }

    private void Apply(
        long step, float learningRate, float clipFactor, in UpdateRange range, Span<float> weights,
        ReadOnlySpan<float> gradient, Span<float> state0, Span<float> state1)
    {
        if (range.Role == ParameterRole.RunningStatistic)
        {
            RunningAverage.Apply(weights, gradient, range.Momentum);
        }
        else
        {
            _optimizer.Apply(step, learningRate, clipFactor, new UpdateSpans(weights, gradient, state0, state1));
        }
    }

    /// <summary>Every position went through <see cref="ApplyNext"/>: the next optimizer state is the one in force.</summary>
    public void Advance() => (_state, _stateNext) = (_stateNext, _state);

    public void Dispose()
    {
        _state.Dispose();
        _stateNext.Dispose();
    }

    private Span<float> StateVector(AlignedBuffer state, int index, int from, int to) =>
        index < _optimizer.StateCount ? state.Span.Slice((index * Layout.Length) + from, to - from) : default;

    /// <summary>Floats of what is worked on at a time: what is streamed is made in the first cache.</summary>
    private const int ChunkLength = 1024;

    /// <summary>Vectors of state that an optimizer keeps at most.</summary>
    private const int StatesMost = 2;
}
