using System.Collections.Immutable;
using System.Runtime.InteropServices;
using DistTrain.Numerics;

namespace DistTrain.Data;

/// <summary>From the data section to prepared data: read, split, fill, scale, store, hash.</summary>
internal static class DataPreparation
{
    /// <exception cref="DataException">What, where and what to do.</exception>
    public static PreparedData Prepare(DataSpec spec, string baseFolder, ulong seed)
    {
        using RawData raw = RawData.Read(spec, baseFolder);
        RowSplit split = RowSplit.Draw(raw.Train.RowCount, spec.Split, spec.Validation, Strata(spec, raw.Train), seed);
        FeatureColumns columns = FeatureColumns.Of(raw.Train, split.Train);
        RawPart train = raw.Train.Encode(columns);
        ImmutableArray<float> fill = FeatureStatistics.Fill(train, split.Train, spec.Missing);
        Shape shape = SampleShape(spec, train);
        var csv = spec as CsvDataSpec;
        var schema = new FeatureSchema
        {
            FeatureShape = shape.Dimensions,
            FeatureNames = NamesFromHeader(train),
            TargetNames = train.TargetNames,
            ClassNames = ClassNames(spec, train, split.Train),
            Categories = [.. columns.Categories.OfType<CategoryColumn>()],
            FilePositions = columns.ForFeatures(train.Layout?.Features ?? []),
            FileColumnCount = train.Layout?.ColumnCount ?? 0,
            Delimiter = csv?.Delimiter ?? ',',
            Header = csv?.Header ?? CsvHeader.Auto,
            Scaling = FeatureStatistics.Scaling(train.Features, split.Train, spec.Scaling, fill, columns),
            Fill = fill,
        };
        return raw.Test?.Encode(columns) is { } test
            ? Store(schema, train, split, test, AllRows(test))
            : Store(schema, train, split, train, split.Test);
    }

    /// <summary>Prepares other files as the training's were: the model's scaling, fill and classes.</summary>
    /// <exception cref="DataException">What, where and what to do.</exception>
    public static PreparedData PrepareLike(FeatureSchema schema, DataSpec spec, string baseFolder)
    {
        MissingValues missing = schema.Fill.IsEmpty ? MissingValues.Refuse : new MissingValues.FillNumber(0);
        using RawPart raw = RawData.ReadTrain(spec with { Missing = missing }, baseFolder, schema);
        FeatureColumns columns = FeatureColumns.Of(schema);
        if (raw.Features.Width != columns.Count)
        {
            throw new DataException(
                $"{raw.Place(0)} has {raw.Features.Width} features ({Listed(NamesFromHeader(raw))}), expected the model's "
                + $"{columns.Count} ({Listed(columns.ColumnNames(schema))})"
                + (schema.FeatureNames.IsEmpty ? "" : "; give the file a header with their names, in any order"));
        }

        if (columns.HasCategories
            && !columns.Categories.Select(static category => category is not null).SequenceEqual(raw.Layout!.AreCategories))
        {
            throw new DataException($"{raw.Place(0)} has other columns of categories than the model; name the same in data.categories");
        }

        RawPart part = raw.Encode(columns);

        if ((spec.Targets == TargetKind.Classes) == schema.ClassNames.IsEmpty || part.TargetNames.Length != schema.TargetNames.Length)
        {
            throw new DataException($"{part.Place(0)} has other targets than the model was trained on; name the same label columns");
        }

        return Store(schema, part, RowSplit.All(part.RowCount), part, []);
    }

    /// <param name="split">Training and validation rows of <paramref name="train"/>.</param>
    /// <param name="testRows">Of <paramref name="test"/>.</param>
    private static PreparedData Store(FeatureSchema schema, RawPart train, RowSplit split, RawPart test, int[] testRows)
    {
        var layout = new PreparedLayout
        {
            FeaturesAreBytes = train.Features is ByteRows && test.Features is ByteRows,
            FeatureShape = new Shape(schema.FeatureShape.AsSpan()),
            TargetWidth = train.TargetNames.Length,
            TrainRows = split.Train.Length,
            TestRows = testRows.Length,
            ValidationRows = split.Validation.Length,
            Schema = schema,
        };
        var sections = new List<MemoryBlock>(PreparedLayout.SectionCount);
        try
        {
            foreach ((RawPart part, int[] rows, bool areSetAside) in ((RawPart, int[], bool)[])
                [(train, split.Train, false), (test, testRows, test == train), (train, split.Validation, true)])
            {
                sections.Add(layout.FeaturesAreBytes
                    ? StoreBytes((ByteRows)part.Features, rows)
                    : StoreFloats(part, rows, schema.Fill, schema.Scaling));
                sections.Add(StoreTargets(part, rows, schema.ClassNames, layout.TargetWidth, areSetAside));
            }

            byte[] layoutBytes = layout.Write();
            string hash = Convert.ToHexStringLower(PreparedLayout.Hash(layoutBytes, CollectionsMarshal.AsSpan(sections)));
            return new PreparedData(layout, layoutBytes, [.. sections], hash, file: null);
        }
        catch
        {
            sections.ForEach(static section => section.Dispose());
            throw;
        }
    }

    /// <returns>The labels whose shares the split keeps; null: it takes any rows.</returns>
    private static RawLabels? Strata(DataSpec spec, RawPart train)
    {
        if (!spec.Stratify)
        {
            return null;
        }

        if (spec is { Split: SplitSpec.Nothing, Validation: SplitSpec.Nothing })
        {
            throw new DataException(
                "data.stratify is true, but no rows are set aside; give data.testFraction or data.validationFraction, or remove it");
        }

        return train.Targets as RawLabels ?? throw new DataException(
            "data.stratify is true, but data.targets is \"values\"; only classes have shares to keep, remove it");
    }

    private static ImmutableArray<string> ClassNames(DataSpec spec, RawPart train, int[] trainRows)
    {
        if (spec.Targets == TargetKind.Values)
        {
            return [];
        }

        ImmutableArray<string> names = ClassIndex.Names((RawLabels)train.Targets, trainRows);
        return names.Length > 1
            ? names
            : throw new DataException(
                $"{train.Place(trainRows[0])}: every label of the training part is \"{names[0]}\", expected at least two "
                + "classes; name another label column, or set data.targets to \"values\"");
    }

    private static ImmutableArray<string> NamesFromHeader(RawPart part) =>
        part.Layout is { HasHeader: false } ? [] : part.FeatureNames;

    private static string Listed(ImmutableArray<string> names) => names.IsEmpty ? "without names"
        : string.Join(", ", names.Take(ListedNamesMax)) + (names.Length > ListedNamesMax ? ", …" : "");

    private const int ListedNamesMax = 10;

    private static int[] AllRows(RawPart part) => RowSplit.All(part.RowCount).Train;

    private static Shape SampleShape(DataSpec spec, RawPart train)
    {
        if (spec.FeatureShape is not { } shape)
        {
            return train.FeatureShape;
        }

        return shape.Size == train.Features.Width
            ? shape
            : throw new DataException(
                $"data.shape {shape} has {shape.Size:N0} numbers, but a sample has {train.Features.Width:N0} features; "
                + "correct the shape or data.features");
    }

    /// <summary>Moves the block where all its rows are wanted: an image file is held once.</summary>
    private static MemoryBlock StoreBytes(ByteRows source, int[] rows)
    {
        if (rows.Length == source.RowCount)
        {
            return source.TakeBytes();
        }

        MemoryBlock block = MemoryBlock.Allocate((long)rows.Length * source.Width);
        for (int position = 0; position < rows.Length; position++)
        {
            source.Row(rows[position]).CopyTo(block.Span((long)position * source.Width, source.Width));
        }

        return block;
    }

    private static MemoryBlock StoreFloats(RawPart part, int[] rows, ImmutableArray<float> fill, FeatureScaling scaling)
    {
        int width = part.Features.Width;
        MemoryBlock block = MemoryBlock.Allocate((long)rows.Length * width * sizeof(float));
        for (int position = 0; position < rows.Length; position++)
        {
            Span<float> row = Floats(block, position, width);
            part.Features.CopyRow(rows[position], row);
            RawFeatureScaling.Apply(row, fill.AsSpan(), scaling);
            if (RawFeatureScaling.IndexOfInfinite(row) is >= 0 and int column)
            {
                block.Dispose();
                throw new DataException(
                    $"{part.Place(rows[position])}: feature {column} (from 0) is not finite after scaling; it lies too far "
                    + "from the training part's values");
            }
        }

        return block;
    }

    private static MemoryBlock StoreTargets(RawPart part, int[] rows, ImmutableArray<string> classNames, int width, bool areSetAside)
    {
        MemoryBlock block = MemoryBlock.Allocate((long)rows.Length * width * sizeof(float));
        if (part.Targets is RawValues values)
        {
            for (int position = 0; position < rows.Length; position++)
            {
                values.Rows.Row(rows[position]).CopyTo(Floats(block, position, width));
            }

            return block;
        }

        try
        {
            float[] indices = ClassIndex.Indices(part, rows, classNames, areSetAside);
            MemoryMarshal.AsBytes(indices.AsSpan()).CopyTo(block.Span(0, indices.Length * sizeof(float)));
            return block;
        }
        catch
        {
            block.Dispose();
            throw;
        }
    }

    private static Span<float> Floats(MemoryBlock block, int row, int width) =>
        MemoryMarshal.Cast<byte, float>(block.Span((long)row * width * sizeof(float), width * sizeof(float)));
}
