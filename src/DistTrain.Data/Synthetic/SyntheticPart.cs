using System.Globalization;
using System.Runtime.InteropServices;
using DistTrain.Numerics;

namespace DistTrain.Data;

/// <summary>Makes the samples of a <see cref="SyntheticDataSpec"/>: the same bytes and labels on every machine.</summary>
internal static class SyntheticPart
{
    /// <exception cref="DataException">The samples do not fit into memory.</exception>
    public static RawPart Make(SyntheticDataSpec spec)
    {
        Shape shape = spec.FeatureShape ?? throw new DataException("data.shape is missing; give the shape of one sample");
        long bytes = (long)spec.Rows * shape.Size;
        if (bytes > BytesMax)
        {
            throw new DataException(
                $"data.rows {spec.Rows:N0} of shape {shape} are {bytes:N0} bytes, at most {BytesMax:N0} are made up; "
                + "lower rows or shape");
        }

        MemoryBlock block = MemoryBlock.Allocate(bytes);
        var key = new PhiloxKey(spec.Seed, RandomPurpose.Synthetic);
        Span<uint> words = new uint[(shape.Size + sizeof(uint) - 1) / sizeof(uint)];
        for (int row = 0; row < spec.Rows; row++)
        {
            key.Row(row).FillWords(words);
            MemoryMarshal.AsBytes(words)[..shape.Size].CopyTo(block.Span((long)row * shape.Size, shape.Size));
        }

        var features = new ByteRows(block, spec.Rows, shape.Size);
        return new RawPart
        {
            Features = features,
            Targets = Label(features, spec),
            FeatureShape = shape,
            FeatureNames = [],
            TargetNames = ["label"],
            Place = row => $"synthetic sample {row}",
        };
    }

    /// <summary>A sample's class is the largest of its outputs under one random linear map.</summary>
    private static RawLabels Label(ByteRows features, SyntheticDataSpec spec)
    {
        int width = features.Width;
        string[] names = [.. Enumerable.Range(0, spec.Classes).Select(index => index.ToString(CultureInfo.InvariantCulture))];
        var map = new float[width * spec.Classes];
        new PhiloxKey(spec.Seed, RandomPurpose.Synthetic, layer: 1).Row().FillNormal(map);
        var inputs = new float[ChunkRows * width];
        var outputs = new float[ChunkRows * spec.Classes];
        var labels = new RawLabels();
        for (int first = 0; first < spec.Rows; first += ChunkRows)
        {
            int rows = Math.Min(ChunkRows, spec.Rows - first);
            for (int row = 0; row < rows; row++)
            {
                Span<float> input = inputs.AsSpan(row * width, width);
                features.CopyRow(first + row, input);
                for (int column = 0; column < width; column++)
                {
                    input[column] -= Middle;
                }
            }

            MatrixProduct.Nn(
                rows, spec.Classes, width, inputs.AsSpan(0, rows * width), map, outputs.AsSpan(0, rows * spec.Classes));
            for (int row = 0; row < rows; row++)
            {
                ReadOnlySpan<float> scores = outputs.AsSpan(row * spec.Classes, spec.Classes);
                labels.Add(names[RowExtremes.ArgMax(scores)]);
            }
        }

        return labels;
    }

    /// <summary>Of the bytes; without it one class would have nearly all samples.</summary>
    private const float Middle = 127.5f;

    private const int ChunkRows = 256;
    private const long BytesMax = 8L << 30;
}
