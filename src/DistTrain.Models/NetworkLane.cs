using DistTrain.Numerics;

namespace DistTrain.Models;

/// <summary>Activations and scratch of one compute thread. Buffers grow to the largest slice seen and then stay.</summary>
/// <remarks>Steady calls allocate nothing. Not for two threads at once; parameters are only read, and may be shared.</remarks>
public sealed class NetworkLane : IDisposable
{
    private readonly Network _network;
    private readonly LayerChainLane _layers;
    private AlignedBuffer _outputs = new(0);

    internal NetworkLane(Network network)
    {
        _network = network;
        _layers = new LayerChainLane(network.Layers);
    }

    /// <summary>Forward and backward over the slice; writes the tree sum over its shards.</summary>
    /// <param name="parameters">Shape (Parameters.Length,).</param>
    /// <param name="sums">
    /// Shape (SumLength,). Overwritten: gradient sums (running statistics' sums in their slots), then metric sums.
    /// </param>
    /// <param name="progress">Told which part of the sums is final while the backward pass goes on. Null: nobody.</param>
    /// <param name="arrival">Waited for before parameters are read. Null: all are there.</param>
    /// <exception cref="ArgumentException">A length does not fit the network or the slice's rows.</exception>
    public void ComputeSums(
        ReadOnlySpan<float> parameters, in BatchSlice batch, Span<float> sums, ISumsProgress? progress = null,
        IParameterArrival? arrival = null)
    {
        CheckLengths(parameters, batch);
        RequireLength(sums.Length, _network.SumLength, "sums");
        int parameterCount = _network.Parameters.Length;
        Span<float> metricSums = sums[parameterCount..];
        if (batch.Rows == 0)
        {
            // Who has sums is known to have had the parameters.
            arrival?.WaitFor(0, parameterCount);
            sums.Clear();
            progress?.SumsReady(parameterCount, sums.Length);
            progress?.SumsReady(0, parameterCount);
            return;
        }

        var pass = new LayerPass
        {
            Parameters = parameters,
            ShardStarts = batch.ShardStarts,
            IsTraining = true,
            FirstRow = batch.FirstRow,
            BatchRows = batch.BatchRows,
            Seed = batch.Seed,
            Epoch = batch.Epoch,
            Step = batch.Step,
            Progress = progress,
            Arrival = arrival,
        };
        ReadOnlySpan<float> output = _layers.Forward(pass, batch.Features);
        Span<float> gradient = _layers.OutputGradient(batch.Rows);
        _network.Loss.Evaluate(batch.ShardStarts, output, batch.Targets, 1f / batch.BatchRows, gradient, metricSums);
        progress?.SumsReady(parameterCount, sums.Length);
        _layers.Backward(pass, batch.Features, inputGradient: default, sums);
    }

    /// <summary>Forward and loss only, in evaluation mode; writes the tree sum of the metrics over the slice's shards.</summary>
    /// <param name="metricSums">Shape (MetricSums.Count,). Overwritten.</param>
    /// <param name="arrival">Waited for before parameters are read. Null: all are there.</param>
    /// <exception cref="ArgumentException">A length does not fit the network or the slice's rows.</exception>
    public void ComputeMetrics(
        ReadOnlySpan<float> parameters, in BatchSlice batch, Span<float> metricSums, IParameterArrival? arrival = null)
    {
        CheckLengths(parameters, batch);
        RequireLength(metricSums.Length, MetricSums.Count, "metric sums");
        if (batch.Rows == 0)
        {
            arrival?.WaitFor(0, parameters.Length);
            metricSums.Clear();
            return;
        }

        int length = checked(batch.Rows * _network.Output.Size);
        if (_outputs.Length < length)
        {
            _outputs.Dispose();
            _outputs = new AlignedBuffer(length);
        }

        Span<float> outputs = _outputs.Span[..length];
        ForwardParts(parameters, batch.Features, batch.Rows, outputs, arrival);
        _network.Loss.Evaluate(batch.ShardStarts, outputs, batch.Targets, 0, gradient: default, metricSums);
    }

    /// <summary>Forward in evaluation mode.</summary>
    /// <param name="features">Shape (rows, input width).</param>
    /// <param name="outputs">Shape (rows, output width): what the last layer gives, logits where the loss takes logits.</param>
    /// <exception cref="ArgumentException">A length does not fit the network or the rows.</exception>
    public void Predict(ReadOnlySpan<float> parameters, ReadOnlySpan<float> features, int rows, Span<float> outputs)
    {
        RequireLength(parameters.Length, _network.Parameters.Length, "parameters");
        RequireLength(features.Length, (long)rows * _network.Spec.Input.Size, "features");
        RequireLength(outputs.Length, (long)rows * _network.Output.Size, "outputs");
        ForwardParts(parameters, features, rows, outputs, arrival: null);
    }

    public void Dispose()
    {
        _layers.Dispose();
        _outputs.Dispose();
    }

    /// <summary>Evaluation mode, where rows know nothing of each other: some at a time, so that activations stay small.</summary>
    private void ForwardParts(
        ReadOnlySpan<float> parameters, ReadOnlySpan<float> features, int rows, Span<float> outputs,
        IParameterArrival? arrival)
    {
        int inputs = _network.Spec.Input.Size, outputWidth = _network.Output.Size;
        for (int first = 0; first < rows; first += EvaluationRowsMost)
        {
            int count = Math.Min(EvaluationRowsMost, rows - first);
            var pass = new LayerPass { Parameters = parameters, ShardStarts = [0, count], Arrival = arrival };
            _layers.Forward(pass, features.Slice(first * inputs, count * inputs))
                .CopyTo(outputs[(first * outputWidth)..]);
        }
    }

    private void CheckLengths(ReadOnlySpan<float> parameters, in BatchSlice batch)
    {
        RequireLength(parameters.Length, _network.Parameters.Length, "parameters");
        RequireLength(batch.Features.Length, (long)batch.Rows * _network.Spec.Input.Size, "features");
        RequireLength(batch.Targets.Length, (long)batch.Rows * _network.TargetWidth, "targets");
    }

    private static void RequireLength(int length, long expected, string what)
    {
        if (length != expected)
        {
            throw new ArgumentException($"{what} have {length:N0} floats, expected {expected:N0} for this network and slice");
        }
    }

    /// <summary>Many enough that weights are packed seldom.</summary>
    private const int EvaluationRowsMost = 512;
}
