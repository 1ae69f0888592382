using System.Collections.Immutable;

namespace DistTrain.Data;

/// <summary>Which columns of a CSV file are features and which are labels.</summary>
/// <param name="Features">Column indices in the order in which the model sees them.</param>
/// <param name="Labels">Column indices.</param>
/// <param name="AreCategories">For each feature column whether it holds categories.</param>
/// <param name="ColumnCount">Of the file.</param>
internal sealed record CsvLayout(
    ImmutableArray<int> Features, ImmutableArray<int> Labels, ImmutableArray<bool> AreCategories, int ColumnCount, bool HasHeader,
    ImmutableArray<string> ColumnNames)
{
    /// <summary>Columns that a message lists.</summary>
    private const int ListedColumnsMax = 12;

    public ImmutableArray<string> FeatureNames => [.. Features.Select(column => ColumnNames[column])];

    public ImmutableArray<string> LabelNames => [.. Labels.Select(column => ColumnNames[column])];

    /// <param name="model">
    /// Null where a model is yet to be trained. Else its columns are looked for by name, where it and the file have names, and
    /// what the spec says of features counts no more: the file may have others, in any order.
    /// </param>
    /// <exception cref="DataException">A column that does not exist, or is named twice.</exception>
    public static CsvLayout Resolve(CsvRows rows, CsvDataSpec spec, FeatureSchema? model)
    {
        if (model is { FeatureNames.IsEmpty: false } && rows.HasHeader)
        {
            spec = spec with { Features = [], Ignore = [], Categories = [] };
        }
        else
        {
            model = null;
        }

        if (spec.Labels.IsDefaultOrEmpty)
        {
            throw new DataException("data.labels names no column; name the one to learn");
        }

        if (spec.Targets == TargetKind.Classes && spec.Labels.Length > 1)
        {
            throw new DataException(
                $"data.labels names {spec.Labels.Length} columns, expected one for classes; "
                + "name one, or set data.targets to \"values\"");
        }

        ImmutableArray<int> labels = model is not null && model.TargetNames.All(rows.ColumnNames.Contains)
            ? [.. FindNames(rows, model.TargetNames, [], "the model")]
            : [.. spec.Labels.Select(reference => Find(rows, reference, "data.labels"))];
        ImmutableArray<int> ignored = [.. spec.Ignore.Select(reference => Find(rows, reference, "data.ignore"))];
        ImmutableArray<int> categories = [.. spec.Categories.Select(reference => Find(rows, reference, "data.categories"))];
        FeatureColumns? known = model is null ? null : FeatureColumns.Of(model);
        ImmutableArray<int> features = known is not null
            ? [.. FindNames(rows, known.ColumnNames(model!), known.ForColumns(model!.FilePositions), "the model")]
            : spec.Features.IsDefaultOrEmpty ? [.. Enumerable.Range(0, rows.ColumnCount).Except(labels).Except(ignored)]
            : [.. spec.Features.Select(reference => Find(rows, reference, "data.features"))];
        CheckOneRole(rows, labels, ignored, categories, features);
        if (features.IsEmpty)
        {
            throw new DataException(
                $"{rows.Name} has no feature column beside the label{rows.DelimiterHint()}; it needs at least one");
        }

        var seen = new HashSet<int>();
        foreach (int column in features.Concat(labels))
        {
            if (!seen.Add(column))
            {
                throw new DataException(
                    $"{rows.Name}: column {rows.Describe(column)} is named twice among features and labels; name it once");
            }
        }

        ImmutableArray<bool> areCategories = known is not null
            ? [.. known.Categories.Select(static category => category is not null)]
            : [.. features.Select(categories.Contains)];
        return new CsvLayout(features, labels, areCategories, rows.ColumnCount, rows.HasHeader, rows.ColumnNames);
    }

    /// <summary>The same columns in another file: by name where there is a header, else by position.</summary>
    /// <exception cref="DataException">A column is missing, or only one of the files has a header.</exception>
    public CsvLayout Match(CsvRows other)
    {
        if (!HasHeader || !other.HasHeader)
        {
            if (HasHeader != other.HasHeader || ColumnCount != other.ColumnCount)
            {
                throw new DataException(
                    $"{other.Name} has {other.ColumnCount} columns {(other.HasHeader ? "with" : "without")} a header, expected "
                    + $"{ColumnCount} {(HasHeader ? "with" : "without")} one as in the training file");
            }

            return this with { ColumnNames = other.ColumnNames };
        }

        return new CsvLayout(
            [.. FindNames(other, FeatureNames, Features, "the training file")],
            [.. FindNames(other, LabelNames, Labels, "the training file")],
            AreCategories, other.ColumnCount, true, other.ColumnNames);
    }

    /// <summary>Columns by name; columns that stand where the training file had them need no names of their own.</summary>
    /// <param name="positions">Of the names in the training file; empty where they are not known.</param>
    /// <param name="by">Who asks for the columns, for the message.</param>
    public static IEnumerable<int> FindNames(
        CsvRows rows, ImmutableArray<string> names, ImmutableArray<int> positions, string by)
    {
        bool isInPlace = positions.Length == names.Length
            && positions.Zip(names).All(pair => pair.First < rows.ColumnCount && rows.ColumnNames[pair.First] == pair.Second);
        return isInPlace ? positions : names.Select(name => FindName(rows, name, by));
    }

    /// <summary>A column that the run file gives two parts to play was hardly meant so.</summary>
    private static void CheckOneRole(
        CsvRows rows, ImmutableArray<int> labels, ImmutableArray<int> ignored, ImmutableArray<int> categories,
        ImmutableArray<int> features)
    {
        foreach ((string key, ImmutableArray<int> columns, string other, ImmutableArray<int> others) in
            ((string, ImmutableArray<int>, string, ImmutableArray<int>)[])
            [
                ("data.ignore", ignored, "data.labels", labels), ("data.categories", categories, "data.labels", labels),
                ("data.categories", categories, "data.ignore", ignored),
            ])
        {
            if (columns.Intersect(others).FirstOrDefault(-1) is >= 0 and int both)
            {
                throw new DataException($"{rows.Name}: {key} and {other} both name {rows.Describe(both)}; take it out of one");
            }
        }

        for (int index = 0; index < categories.Length; index++)
        {
            string column = rows.Describe(categories[index]);
            if (categories.IndexOf(categories[index]) < index)
            {
                throw new DataException($"{rows.Name}: data.categories names {column} twice; name it once");
            }

            if (!features.Contains(categories[index]))
            {
                throw new DataException($"{rows.Name}: data.categories names {column}, which data.features does not; name it there too");
            }
        }
    }

    /// <param name="by">Who asks for the column, for the message.</param>
    private static int FindName(CsvRows rows, string name, string by)
    {
        int column = rows.ColumnNames.IndexOf(name);
        if (column < 0)
        {
            string? near = NearestName.Find(name, rows.ColumnNames);
            string listed = string.Join(", ", rows.ColumnNames.Take(ListedColumnsMax))
                + (rows.ColumnCount > ListedColumnsMax ? $", … ({rows.ColumnCount} in all)" : "");
            throw new DataException(
                $"{rows.Name} has no column \"{name}\" that {by} names; "
                + (near is null ? "" : $"did you mean \"{near}\"? ") + $"its columns are {listed}{rows.DelimiterHint()}");
        }

        if (rows.ColumnNames.LastIndexOf(name) != column)
        {
            throw new DataException(
                $"{rows.Name} line {rows.FirstLine} has two columns \"{name}\"; rename one, or refer to it by index");
        }

        return column;
    }

    private static int Find(CsvRows rows, ColumnReference reference, string key)
    {
        if (reference is ColumnReference.ByIndex { Position: int position })
        {
            int column = position < 0 ? rows.ColumnCount + position : position;
            return column >= 0 && column < rows.ColumnCount
                ? column
                : throw new DataException(
                    $"{key} names column {position}, but {rows.Name} has {rows.ColumnCount} columns, 0 to {rows.ColumnCount - 1}"
                    + $"{rows.DelimiterHint()}; correct the index");
        }

        string name = ((ColumnReference.ByName)reference).Text;
        if (!rows.HasHeader && !rows.ColumnNames.Contains(name))
        {
            throw new DataException(
                $"{key} names column \"{name}\", but {rows.Name} has no header: its first row holds a number; "
                + "refer to columns by index from 0, or set data.header to true");
        }

        return FindName(rows, name, key);
    }
}
