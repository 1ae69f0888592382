using System.Globalization;

namespace DistTrain.Runtime.Benchmarking;

/// <summary>A model with any number of parameters whose computing is next to nothing.</summary>
/// <remarks>
/// A sample is one byte, which chooses a row of an embedding table; a linear layer makes two outputs of the row. Forward
/// reads one row. Backward clears the table's gradient, which is as long as the exchange wants it, and writes one row of it:
/// one pass of stores over the sum vector is all that a worker computes. Every parameter changes in every step, by weight
/// decay. The table is the last layer of the backward pass, so the whole vector is ready at one moment: nothing of the
/// exchange hides behind the computing.
/// </remarks>
public static class ExchangeModel
{
    /// <summary>The table has a row for each value of a byte.</summary>
    public const int FloatsMin = (byte.MaxValue + 1 + Outputs) * Width;

    /// <summary>Gigabyte vectors.</summary>
    public const int FloatsMax = 256_000_000;

    /// <summary>The run file, for at least so many parameters.</summary>
    /// <param name="workers">A batch has one row, which is one shard, for each.</param>
    /// <param name="steps">Null: until it is stopped.</param>
    public static RunFile Run(int floats, int workers, long? steps)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(floats, FloatsMin);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(floats, FloatsMax);
        int count = ((floats + Width - 1) / Width) - Outputs;
        string stepsTotal = (steps ?? int.MaxValue).ToString(CultureInfo.InvariantCulture);
        return RunFile.Parse(
            $$"""
            {
              "data": {
                "format": "synthetic", "rows": {{workers * StepsPerEpoch}}, "shape": [1], "classes": {{Outputs}},
                "scaling": "none"
              },
              "model": {
                "layers": [
                  { "type": "embedding", "count": {{count}}, "width": {{Width}} }, "flatten",
                  { "type": "linear", "units": {{Outputs}}, "bias": false }
                ],
                "loss": "softmaxCrossEntropy"
              },
              "training": {
                "batchSize": {{workers}}, "shards": {{workers}}, "steps": {{stepsTotal}}, "shuffle": false,
                "evaluateEveryEpochs": 0, "logEverySteps": 0,
                "optimizer": { "type": "sgd", "learningRate": 0.001, "weightDecay": 0.1 }
              },
              "checkpoint": { "everySeconds": 0 }
            }
            """,
            "exchange");
    }

    private const int Width = 32;
    private const int Outputs = 2;

    /// <summary>Many, so that the end of an epoch is seldom among the timed steps.</summary>
    private const int StepsPerEpoch = 4096;
}
