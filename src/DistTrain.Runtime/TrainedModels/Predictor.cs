using DistTrain.Data;
using DistTrain.Models;
using DistTrain.Numerics;

namespace DistTrain.Runtime;

/// <summary>Runs a trained model over a stream of rows, in bounded memory.</summary>
public static class Predictor
{
    /// <summary>Enough for the matrix products, little enough for any memory.</summary>
    private const int BatchRows = 512;

    /// <returns>Rows predicted.</returns>
    /// <exception cref="DataException">A row that cannot be used, or that has no finite answer; rows before its block of 512 are written.</exception>
    public static long Run(TrainedModel model, FeatureReader reader, IPredictionWriter writer, CancellationToken cancellation)
    {
        int inputs = model.Network.Spec.Input.Size;
        int outputWidth = model.Network.Output.Size;
        int valueWidth = model.Outputs.Width;
        using NetworkLane lane = model.Network.CreateLane();
        using var features = new AlignedBuffer(BatchRows * inputs);
        using var outputs = new AlignedBuffer(BatchRows * outputWidth);
        float[] values = new float[valueWidth];
        long total = 0;
        int count;
        while ((count = reader.Read(features.Span)) > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            Span<float> rows = features.Span[..(count * inputs)];
            if (FeatureFit.Describe(model.Network, model.Features, rows, total, reader.Name) is { } misfit)
            {
                throw new DataException(misfit);
            }

            lane.Predict(model.Weights, rows, count, outputs.Span[..(count * outputWidth)]);
            for (int row = 0; row < count; row++)
            {
                ReadOnlySpan<float> output = outputs.Span.Slice(row * outputWidth, outputWidth);
                if (Elementwise.FirstNonFinite(output) is >= 0 and int bad)
                {
                    throw new DataException(FormattableString.Invariant(
                        $"row {total + row} (from 0) of {reader.Name}: the model's output is {output[bad]}, which is no answer; ")
                        + "its features lie too far from the training's values");
                }

                model.Outputs.Decode(output, values);
                writer.Write(model.Outputs.IsClassification ? model.Outputs.ClassOf(output) : -1, values);
            }

            total += count;
        }

        writer.Finish();
        return total;
    }
}

/// <summary>Takes predictions row by row.</summary>
public interface IPredictionWriter
{
    /// <param name="classIndex">−1 for regression.</param>
    /// <param name="values">Probabilities of the classes, or the values. Shape (OutputDecoder.Width,).</param>
    void Write(int classIndex, ReadOnlySpan<float> values);

    /// <summary>All rows are written.</summary>
    void Finish();
}
