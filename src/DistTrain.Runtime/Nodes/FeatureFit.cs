using DistTrain.Data;
using DistTrain.Models;

namespace DistTrain.Runtime;

/// <summary>Whether a network's first layer can take the features of the data: an embedding wants indices of its table.</summary>
/// <remarks>What this lets through would fail in the step or evaluation that has the row, on whichever worker has it.</remarks>
internal static class FeatureFit
{
    /// <summary>Rows looked at together.</summary>
    private const int ChunkRows = 256;

    /// <exception cref="ModelException">A row does not fit; the message says which.</exception>
    public static void Require(PreparedData data, Network network)
    {
        Require(data.Train, "the training part", data.Schema, network);
        Require(data.Validation, "the validation part", data.Schema, network);
        Require(data.Test, "the test part", data.Schema, network);
    }

    /// <param name="part">Null: there is none, and all is well.</param>
    /// <param name="name">Of the part, for the message.</param>
    /// <exception cref="ModelException">A row does not fit; the message says which.</exception>
    public static void Require(DataSet? part, string name, FeatureSchema schema, Network network)
    {
        if (part is null || !network.ReadsIndices)
        {
            return;
        }

        int width = part.FeatureShape.Size;
        int[] rows = new int[ChunkRows];
        float[] features = new float[ChunkRows * width];
        for (int first = 0; first < part.RowCount; first += ChunkRows)
        {
            int count = Math.Min(ChunkRows, part.RowCount - first);
            for (int row = 0; row < count; row++)
            {
                rows[row] = first + row;
            }

            Span<float> chunk = features.AsSpan(0, count * width);
            part.GatherFeatures(rows.AsSpan(0, count), chunk);
            if (Describe(network, schema, chunk, first, name) is { } misfit)
            {
                throw new ModelException(misfit);
            }
        }
    }

    /// <param name="features">Shape (rows, input width).</param>
    /// <param name="firstRow">The first row's number in <paramref name="name"/>.</param>
    /// <returns>One sentence on the first row that does not fit; null: all do.</returns>
    public static string? Describe(
        Network network, FeatureSchema schema, ReadOnlySpan<float> features, long firstRow, string name)
    {
        if (network.FindMisfit(features) is not (int position, string problem))
        {
            return null;
        }

        int column = position % schema.Width;
        string feature = schema.FeatureNames.IsEmpty ? $"{column} (from 0)" : $"\"{schema.FeatureNames[column]}\"";
        string remedy = schema.Scaling.IsNone
            ? "correct it, or give the layer a larger count"
            : "correct it, and leave indices as they are: without data.scaling";
        return $"row {firstRow + (position / schema.Width)} (from 0) of {name}, feature {feature}: {problem}; {remedy}";
    }
}
