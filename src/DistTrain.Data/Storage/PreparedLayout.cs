using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using DistTrain.Numerics;

namespace DistTrain.Data;

/// <summary>
/// Everything about prepared data but the numbers themselves, and its one binary form: little-endian, counts before
/// lists, texts as UTF-8. The content hash covers that form and then the sections, so the form must never depend on the
/// machine.
/// </summary>
internal sealed record PreparedLayout
{
    /// <summary>Sections of numbers: features and targets of the training, the test and the validation part.</summary>
    public const int SectionCount = 6;

    /// <summary>Numbers of one section; far beyond what a machine holds, it keeps the arithmetic from overflowing.</summary>
    private const long NumbersMax = 1L << 48;

    /// <summary>Bytes hashed or read at a time.</summary>
    private const int ChunkBytes = 1 << 20;

    public required bool FeaturesAreBytes { get; init; }

    public required Shape FeatureShape { get; init; }

    public required int TargetWidth { get; init; }

    public required int TrainRows { get; init; }

    /// <summary>0 for no test part.</summary>
    public required int TestRows { get; init; }

    /// <summary>0 for no validation part.</summary>
    public required int ValidationRows { get; init; }

    public required FeatureSchema Schema { get; init; }

    /// <summary>Bytes of a section, 0 to 5.</summary>
    public long SectionBytes(int section)
    {
        long rows = section < 2 ? TrainRows : section < 4 ? TestRows : ValidationRows;
        return (section & 1) == 0
            ? rows * FeatureShape.Size * (FeaturesAreBytes ? sizeof(byte) : sizeof(float))
            : rows * TargetWidth * sizeof(float);
    }

    public byte[] Write()
    {
        var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream, Encoding.UTF8);
        writer.Write(FeaturesAreBytes);
        WriteInts(writer, FeatureShape.Dimensions);
        writer.Write(TargetWidth);
        writer.Write(TrainRows);
        writer.Write(TestRows);
        WriteTexts(writer, Schema.FeatureNames);
        WriteTexts(writer, Schema.TargetNames);
        WriteTexts(writer, Schema.ClassNames);
        WriteInts(writer, Schema.FilePositions);
        writer.Write(Schema.FileColumnCount);
        writer.Write((int)Schema.Delimiter);
        writer.Write((int)Schema.Header);
        WriteFloats(writer, Schema.Scaling.Offset);
        WriteFloats(writer, Schema.Scaling.Factor);
        WriteFloats(writer, Schema.Fill);
        // Only where there are any, so that data without them keeps the hash that it had before there was such a part.
        if (ValidationRows > 0 || !Schema.Categories.IsEmpty)
        {
            writer.Write(ValidationRows);
        }

        if (!Schema.Categories.IsEmpty)
        {
            WriteTexts(writer, [.. Schema.Categories.Select(static category => category.Name)]);
            foreach (CategoryColumn category in Schema.Categories)
            {
                writer.Write(category.FirstFeature);
                WriteTexts(writer, category.Values);
            }
        }

        writer.Flush();
        return stream.ToArray();
    }

    /// <exception cref="DataException">Not this form.</exception>
    public static PreparedLayout Read(ReadOnlySpan<byte> bytes, string name)
    {
        try
        {
            using var reader = new BinaryReader(new MemoryStream(bytes.ToArray()), Encoding.UTF8);
            bool featuresAreBytes = reader.ReadBoolean();
            var shape = new Shape(ReadInts(reader).AsSpan());
            int targetWidth = reader.ReadInt32();
            int trainRows = reader.ReadInt32();
            int testRows = reader.ReadInt32();
            var layout = new PreparedLayout
            {
                FeaturesAreBytes = featuresAreBytes,
                FeatureShape = shape,
                TargetWidth = targetWidth,
                TrainRows = trainRows,
                TestRows = testRows,
                ValidationRows = 0,
                Schema = new FeatureSchema
                {
                    FeatureShape = shape.Dimensions,
                    FeatureNames = ReadTexts(reader),
                    TargetNames = ReadTexts(reader),
                    ClassNames = ReadTexts(reader),
                    FilePositions = ReadInts(reader),
                    FileColumnCount = reader.ReadInt32(),
                    Delimiter = (char)reader.ReadInt32(),
                    Header = (CsvHeader)reader.ReadInt32(),
                    Scaling = new FeatureScaling(ReadFloats(reader), ReadFloats(reader)),
                    Fill = ReadFloats(reader),
                },
            };
            bool hasValidation = reader.BaseStream.Position < bytes.Length;
            int validationRows = hasValidation ? reader.ReadInt32() : 0;
            bool hasCategories = reader.BaseStream.Position < bytes.Length;
            ImmutableArray<CategoryColumn> categories = hasCategories ? ReadCategories(reader) : [];
            Int128 rowsMax = Math.Max(trainRows, Math.Max(testRows, validationRows));
            if (reader.BaseStream.Position != bytes.Length || trainRows < 1 || testRows < 0 || targetWidth < 1
                || validationRows < 0 || hasValidation != (validationRows > 0 || hasCategories) || hasCategories == categories.IsEmpty
                || rowsMax * Math.Max(shape.Size, targetWidth) > NumbersMax)
            {
                throw new InvalidDataException();
            }

            FeatureSchema schema = layout.Schema with { Categories = categories };
            schema.Check(name);
            return layout with { ValidationRows = validationRows, Schema = schema };
        }
        catch (Exception failure) when (failure is IOException or InvalidDataException or ArgumentException or FormatException)
        {
            throw new DataException($"{name} is damaged: its description of the data cannot be read; prepare the data again");
        }
    }

    /// <summary>SHA-256 over the layout and the sections.</summary>
    public static unsafe byte[] Hash(ReadOnlySpan<byte> layout, ReadOnlySpan<MemoryBlock> sections)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(length, layout.Length);
        hash.AppendData(length);
        hash.AppendData(layout);
        foreach (MemoryBlock section in sections)
        {
            for (long start = 0; start < section.Length; start += ChunkBytes)
            {
                hash.AppendData(section.Span(start, (int)Math.Min(ChunkBytes, section.Length - start)));
            }
        }

        return hash.GetHashAndReset();
    }

    private static void WriteTexts(BinaryWriter writer, ImmutableArray<string> texts)
    {
        writer.Write(texts.Length);
        foreach (string text in texts)
        {
            writer.Write(text);
        }
    }

    private static void WriteInts(BinaryWriter writer, ImmutableArray<int> values)
    {
        writer.Write(values.Length);
        foreach (int value in values)
        {
            writer.Write(value);
        }
    }

    private static void WriteFloats(BinaryWriter writer, ImmutableArray<float> values)
    {
        writer.Write(values.Length);
        foreach (float value in values)
        {
            writer.Write(value);
        }
    }

    private static ImmutableArray<string> ReadTexts(BinaryReader reader) => Read(reader, static reader => reader.ReadString());

    private static ImmutableArray<int> ReadInts(BinaryReader reader) => Read(reader, static reader => reader.ReadInt32());

    private static ImmutableArray<float> ReadFloats(BinaryReader reader) => Read(reader, static reader => reader.ReadSingle());

    private static ImmutableArray<CategoryColumn> ReadCategories(BinaryReader reader) =>
        [.. ReadTexts(reader).Select(name => new CategoryColumn(name, reader.ReadInt32(), ReadTexts(reader)))];

    private static ImmutableArray<T> Read<T>(BinaryReader reader, Func<BinaryReader, T> item)
    {
        int count = reader.ReadInt32();
        if (count < 0 || count > reader.BaseStream.Length - reader.BaseStream.Position)
        {
            throw new InvalidDataException();
        }

        ImmutableArray<T>.Builder items = ImmutableArray.CreateBuilder<T>(count);
        for (int index = 0; index < count; index++)
        {
            items.Add(item(reader));
        }

        return items.MoveToImmutable();
    }
}
