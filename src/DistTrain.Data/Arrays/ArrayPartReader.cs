using System.Collections.Immutable;

namespace DistTrain.Data;

/// <summary>Reads a pair of array files whole: features and targets.</summary>
internal static class ArrayPartReader
{
    /// <exception cref="DataException">Names the file and row.</exception>
    public static RawPart Read(
        DataSpec spec, SourceFile featuresFile, SourceFile targetsFile, ArrayFormat format)
    {
        using ArrayReader featuresReader = Open(featuresFile, format);
        using ArrayReader targetsReader = Open(targetsFile, format);
        ArrayHeader features = featuresReader.Header;
        ArrayHeader targets = targetsReader.Header;
        if (features.RowCount != targets.RowCount)
        {
            throw new DataException(
                $"{featuresReader.Name} has {features.RowCount:N0} rows, but {targetsReader.Name} has "
                + $"{targets.RowCount:N0}, expected as many; they do not belong together");
        }

        if (features.RowCount == 0)
        {
            throw new DataException($"{featuresReader.Name} has no rows, expected at least one; name another file");
        }

        if (spec.Targets == TargetKind.Classes && targets.RowSize != 1)
        {
            throw new DataException(
                $"{targetsReader.Name} has {targets.RowSize} numbers a row, expected one class label; "
                + "set data.targets to \"values\" for regression");
        }

        RawTargets rawTargets = spec.Targets == TargetKind.Classes
            ? ReadLabels(targetsReader)
            : new RawValues(ReadFloats(targetsReader, missingIsAllowed: false, "target"));
        string name = featuresReader.Name;
        return new RawPart
        {
            Targets = rawTargets,
            Features = features.Type.IsByte()
                ? ReadBytes(featuresReader)
                : ReadFloats(featuresReader, spec.Missing is not MissingValues.Refused, "feature"),
            FeatureShape = format.SampleShape(features.RowShape),
            FeatureNames = [],
            TargetNames = TargetNames(spec.Targets, targets.RowSize),
            Place = row => $"{name} row {row} (from 0)",
        };
    }

    public static ArrayReader Open(SourceFile file, ArrayFormat format)
    {
        try
        {
            return new ArrayReader(file, format.ReadHeader(file));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <exception cref="DataException">A number is infinite, or missing where that is not allowed.</exception>
    public static void CheckRow(
        ArrayReader reader, long row, ReadOnlySpan<float> numbers, bool missingIsAllowed, string what)
    {
        for (int index = 0; index < numbers.Length; index++)
        {
            float number = numbers[index];
            if (!float.IsFinite(number) && !(float.IsNaN(number) && missingIsAllowed))
            {
                throw new DataException(FormattableString.Invariant(
                    $"{reader.Name} row {row}, {what} {index} (both from 0): {number} is not a finite float32 number; ")
                    + (float.IsNaN(number) && what == "feature"
                        ? "correct it, or set data.missing to a number, \"mean\" or \"median\""
                        : "correct it"));
            }
        }
    }

    private static RawLabels ReadLabels(ArrayReader reader)
    {
        var labels = new RawLabels();
        for (long row = 0; row < reader.Header.RowCount; row++)
        {
            if (!labels.Add(reader.ReadLabel()))
            {
                throw new DataException(
                    $"{reader.Name} row {row} (from 0): more than {RawLabels.DistinctMax:N0} different labels, which is "
                    + "more than classes can be; set data.targets to \"values\" for regression");
            }
        }

        reader.ExpectEnd();
        return labels;
    }

    private static FloatRows ReadFloats(ArrayReader reader, bool missingIsAllowed, string what)
    {
        var rows = new FloatRows(reader.Header.RowSize);
        for (long row = 0; row < reader.Header.RowCount; row++)
        {
            Span<float> numbers = rows.Add();
            reader.Read(numbers);
            CheckRow(reader, row, numbers, missingIsAllowed, what);
        }

        reader.ExpectEnd();
        return rows;
    }

    private static ByteRows ReadBytes(ArrayReader reader)
    {
        int rowCount = (int)reader.Header.RowCount;
        int width = reader.Header.RowSize;
        MemoryBlock block = MemoryBlock.Allocate((long)rowCount * width);
        try
        {
            for (int row = 0; row < rowCount; row++)
            {
                reader.ReadBytes(block.Span((long)row * width, width));
            }

            reader.ExpectEnd();
            return new ByteRows(block, rowCount, width);
        }
        catch
        {
            block.Dispose();
            throw;
        }
    }

    private static ImmutableArray<string> TargetNames(TargetKind kind, int width) =>
        kind == TargetKind.Classes ? ["label"]
        : width == 1 ? ["target"]
        : [.. Enumerable.Range(0, width).Select(static index => $"target{index}")];
}
