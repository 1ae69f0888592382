using System.Diagnostics.CodeAnalysis;

namespace DistTrain.Data;

/// <summary>
/// Streams rows of features for prediction, as the model was trained on them: columns matched by name, missing values
/// filled, scaled. Bounded memory, however long the input is. Not safe for several threads.
/// </summary>
/// <remarks>
/// CSV, NPY or IDX, known by its first bytes; a file's name that ends in ".gz" is decompressed. CSV columns are matched by
/// name where file and training had a header, so their order is free and columns of other names (the label) are
/// passed over; else by position: just the features in order, or all columns of the training file.
/// </remarks>
public abstract class FeatureReader : IDisposable
{
    private protected FeatureReader(FeatureSchema schema, string name)
    {
        Schema = schema;
        Name = name;
    }

    public FeatureSchema Schema { get; }

    /// <summary>Of the input, for messages.</summary>
    public string Name { get; }

    /// <summary>Rows read so far.</summary>
    public long RowCount { get; private protected set; }

    /// <exception cref="DataException">No such file, or its columns are not those of the training.</exception>
    public static FeatureReader Open(string path, FeatureSchema schema) => Open(SourceFile.Open("", path), schema);

    /// <param name="stream">Read from its present position to its end; the caller's to close.</param>
    /// <param name="name">For messages, as in "standard input".</param>
    /// <exception cref="DataException">The columns are not those of the training.</exception>
    public static FeatureReader Open(Stream stream, string name, FeatureSchema schema) =>
        Open(SourceFile.Wrap(stream, name), schema);

    /// <summary>The next rows, as many as there are and as the destination takes.</summary>
    /// <param name="destination">Shape (rows, Schema.Width).</param>
    /// <returns>Rows written; 0 at the end.</returns>
    /// <exception cref="DataException">A row that cannot be used, with its line.</exception>
    public int Read(Span<float> destination)
    {
        int width = Schema.Width;
        int rows = 0;
        while (destination.Length >= width && ReadRow(destination[..width]))
        {
            Span<float> row = destination[..width];
            RawFeatureScaling.Apply(row, Schema.Fill.AsSpan(), Schema.Scaling);
            if (RawFeatureScaling.IndexOfInfinite(row) is >= 0 and int column)
            {
                ThrowNotFinite(column);
            }

            destination = destination[width..];
            rows++;
            RowCount++;
        }

        return rows;
    }

    public abstract void Dispose();

    /// <summary>The next row unscaled, missing values as NaN where the schema has a fill.</summary>
    private protected abstract bool ReadRow(Span<float> row);

    /// <summary>Of the row read last.</summary>
    private protected abstract string Place(int column);

    private static FeatureReader Open(SourceFile file, FeatureSchema schema)
    {
        try
        {
            SourceFile peeked = file.Peek(out ReadOnlySpan<byte> start);
            ArrayFormat? format = ArrayFormat.Detect(start);
            if (format is not null)
            {
                return new ArrayFeatureReader(peeked, format, schema);
            }

            if (start.StartsWith<byte>([0x1f, 0x8b]))
            {
                throw new DataException($"{file.Name} is gzipped; unpack it, or give it as a file whose name ends in .gz");
            }

            return new CsvFeatureReader(peeked, schema);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    [DoesNotReturn]
    private void ThrowNotFinite(int column) => throw new DataException(
        $"{Place(column)}: the value is not finite after scaling; it lies too far from the training's values");
}
