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
        RawPart train = raw.Train;
        RowSplit split = RowSplit.Draw(train.RowCount, spec.Split, seed);
        (RawPart testPart, int[] testRows) = raw.Test is { } test ? (test, AllRows(test)) : (train, split.Test);

        ImmutableArray<float> fill = FeatureStatistics.Fill(train, split.Train, spec.Missing);
        FeatureScaling scaling = FeatureStatistics.Scaling(train.Features, split.Train, spec.Scaling, fill);
        ImmutableArray<string> classNames = spec.Targets == TargetKind.Classes
            ? ClassIndex.Names((RawLabels)train.Targets, split.Train) : [];
        if (classNames.Length == 1)
        {
            throw new DataException(
                $"{train.Place(split.Train[0])}: every label of the training part is \"{classNames[0]}\", expected at least "
                + "two classes; name another label column, or set data.targets to \"values\"");
        }

        Shape shape = SampleShape(spec, train);
        bool featuresAreBytes = train.Features is ByteRows && testPart.Features is ByteRows;
        var layout = new PreparedLayout
        {
            FeaturesAreBytes = featuresAreBytes,
            FeatureShape = shape,
            TargetWidth = train.TargetNames.Length,
            TrainRows = split.Train.Length,
            TestRows = testRows.Length,
            Schema = new FeatureSchema
            {
                FeatureShape = shape.Dimensions,
                FeatureNames = train.Layout is { HasHeader: false } ? [] : train.FeatureNames,
                TargetNames = train.TargetNames,
                ClassNames = classNames,
                FilePositions = train.Layout?.Features ?? [],
                FileColumnCount = train.Layout?.ColumnCount ?? 0,
                Scaling = scaling,
                Fill = fill,
            },
        };

        var sections = new List<MemoryBlock>(PreparedLayout.SectionCount);
        try
        {
            foreach ((RawPart part, int[] rows) in ((RawPart, int[])[])[(train, split.Train), (testPart, testRows)])
            {
                sections.Add(featuresAreBytes
                    ? StoreBytes((ByteRows)part.Features, rows)
                    : StoreFloats(part, rows, fill, scaling));
                sections.Add(StoreTargets(part, rows, classNames, layout.TargetWidth));
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

    private static int[] AllRows(RawPart part) => RowSplit.Draw(part.RowCount, SplitSpec.None, seed: 0).Train;

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

    private static MemoryBlock StoreTargets(RawPart part, int[] rows, ImmutableArray<string> classNames, int width)
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
            float[] indices = ClassIndex.Indices(part, rows, classNames);
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
