using System.Collections.Immutable;

namespace DistTrain.Data;

/// <summary>Reads a CSV file whole: features and labels of every row.</summary>
internal static class CsvPartReader
{
    /// <summary>Columns whose text a message quotes.</summary>
    private const int ListedTextsMax = 5;

    /// <param name="like">The training file, when this is the test file; else null.</param>
    /// <param name="model">The model that the rows are for, when there is one already; else null.</param>
    /// <exception cref="DataException">Names file, line and column.</exception>
    public static RawPart Read(CsvDataSpec spec, string baseFolder, string path, RawPart? like, FeatureSchema? model)
    {
        using var rows = new CsvRows(SourceFile.Open(baseFolder, path), spec.Delimiter, spec.Header);
        CsvLayout layout = like?.Layout!.Match(rows) ?? CsvLayout.Resolve(rows, spec, model);
        ImmutableArray<CategoryCodes?> categories = Categories(layout, like, model);
        bool missingIsAllowed = spec.Missing is not MissingValues.Refused;

        var features = new FloatRows(layout.Features.Length);
        var labels = new RawLabels();
        var values = new FloatRows(layout.Labels.Length);
        var lines = new List<long>();
        while (rows.Read())
        {
            ReadFeatures(rows, layout, categories, missingIsAllowed, isTraining: model is null, features.Add());
            lines.Add(rows.Line);
            if (spec.Targets == TargetKind.Classes)
            {
                ReadLabel(rows, layout.Labels[0], labels);
            }
            else
            {
                ReadValues(rows, layout, values.Add());
            }
        }

        if (features.RowCount == 0)
        {
            throw new DataException($"{rows.Name} has a header and no rows; give it some or name another file");
        }

        string name = rows.Name;
        return new RawPart
        {
            Features = features,
            Targets = spec.Targets == TargetKind.Classes ? labels : new RawValues(values),
            FeatureShape = new Numerics.Shape(layout.Features.Length),
            FeatureNames = layout.FeatureNames,
            TargetNames = layout.LabelNames,
            Categories = categories,
            Layout = layout,
            Place = row => $"{name} line {lines[row]}",
        };
    }

    /// <summary>The feature columns of the current row: numbers, and codes of categories; missing ones as NaN.</summary>
    /// <param name="categories">By feature column, null for numbers; or empty where there are none.</param>
    /// <param name="isTraining">Whether messages may advise to change the run file.</param>
    public static void ReadFeatures(
        CsvRows rows, CsvLayout layout, ImmutableArray<CategoryCodes?> categories, bool missingIsAllowed, bool isTraining,
        Span<float> destination)
    {
        ReadOnlySpan<int> columns = layout.Features.AsSpan();
        for (int index = 0; index < columns.Length; index++)
        {
            ReadOnlySpan<byte> field = rows.Field(columns[index]);
            CsvNumber.Outcome outcome = !categories.IsEmpty && categories[index] is { } codes
                ? ReadCategory(rows, columns[index], codes, out destination[index])
                : CsvNumber.Parse(field, out destination[index]);
            if (outcome != CsvNumber.Outcome.Number && !(outcome == CsvNumber.Outcome.Missing && missingIsAllowed))
            {
                throw outcome == CsvNumber.Outcome.Text && isTraining && TextColumns(rows, layout) is { Count: > 1 } texts
                    ? SeveralTexts(rows, texts)
                    : new DataException($"{rows.Place(columns[index])}: {CsvNumber.Complaint(outcome, field, isTraining)}");
            }
        }
    }

    private static ImmutableArray<CategoryCodes?> Categories(CsvLayout layout, RawPart? like, FeatureSchema? model)
    {
        if (!layout.AreCategories.Contains(true))
        {
            return [];
        }

        // A test file and a model know their values; only a training file may bring new ones.
        ImmutableArray<CategoryColumn?> known = model is null ? [] : FeatureColumns.Of(model).Categories;
        return [.. layout.AreCategories.Select((isCategory, index) => !isCategory ? null
            : like is not null ? new CategoryCodes(like.Categories[index]!.Values)
            : model is not null ? new CategoryCodes(known.ElementAtOrDefault(index)?.Values ?? [])
            : new CategoryCodes())];
    }

    private static CsvNumber.Outcome ReadCategory(CsvRows rows, int column, CategoryCodes codes, out float code)
    {
        ReadOnlySpan<byte> field = rows.Text(column);
        if (CsvNumber.IsMissing(field))
        {
            code = float.NaN;
            return CsvNumber.Outcome.Missing;
        }

        if (!codes.TryCode(field, out int index))
        {
            throw new DataException(
                $"{rows.Place(column)}: more than {CategoryCodes.ValuesMax:N0} different values, which is more than data.categories "
                + "takes; leave the column out with data.ignore, or take it out of data.categories if it holds numbers");
        }

        code = index;
        return CsvNumber.Outcome.Number;
    }

    /// <summary>The feature columns that hold text in the current row, and should not.</summary>
    private static List<int> TextColumns(CsvRows rows, CsvLayout layout) =>
        [.. layout.Features.Where((column, index) =>
            !layout.AreCategories[index] && CsvNumber.Parse(rows.Field(column), out _) == CsvNumber.Outcome.Text)];

    /// <summary>Told together: a table with names, times and categories would otherwise be refused column by column.</summary>
    private static DataException SeveralTexts(CsvRows rows, List<int> columns)
    {
        string listed = string.Join(", ", columns.Take(ListedTextsMax).Select(
            column => $"{rows.Describe(column)} ({CsvNumber.Quote(rows.Field(column))})"));
        string more = columns.Count > ListedTextsMax ? ", …" : "";
        string ignored = string.Join(", ", columns.Select(column => rows.HasHeader ? rows.Describe(column) : $"{column}"));
        return new DataException(
            $"{rows.Name} line {rows.Line}: {columns.Count} columns hold no number: {listed}{more}; name those that hold "
            + $"categories in data.categories, make numbers of the others, or leave them out: \"ignore\": [{ignored}] in the data section");
    }

    private static void ReadLabel(CsvRows rows, int column, RawLabels labels)
    {
        ReadOnlySpan<byte> field = rows.Text(column);
        if (CsvNumber.IsMissing(field))
        {
            throw new DataException($"{rows.Place(column)}: the label is missing; fill it in, or take the row out");
        }

        if (!labels.Add(field))
        {
            throw new DataException(
                $"{rows.Place(column)}: more than {RawLabels.DistinctMax:N0} different labels, which is more than classes "
                + "can be; name another column as data.labels, or set data.targets to \"values\" for regression");
        }
    }

    private static void ReadValues(CsvRows rows, CsvLayout layout, Span<float> destination)
    {
        for (int index = 0; index < destination.Length; index++)
        {
            int column = layout.Labels[index];
            ReadOnlySpan<byte> field = rows.Field(column);
            CsvNumber.Outcome outcome = CsvNumber.Parse(field, out destination[index]);
            if (outcome != CsvNumber.Outcome.Number)
            {
                throw new DataException($"{rows.Place(column)}: " + outcome switch
                {
                    CsvNumber.Outcome.Missing => "the target value is missing; fill it in, or take the row out",
                    CsvNumber.Outcome.Infinite => $"{CsvNumber.Quote(field)} is not a finite float32 number; correct it",
                    _ => $"{CsvNumber.Quote(field)} is not a number; correct it, or set data.targets to \"classes\"",
                });
            }
        }
    }
}
