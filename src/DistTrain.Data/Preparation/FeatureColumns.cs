using System.Collections.Immutable;

namespace DistTrain.Data;

/// <summary>
/// The columns of a file that become features, in the model's order: a column of numbers is one feature, a column of
/// categories one for each of its values.
/// </summary>
internal sealed class FeatureColumns
{
    private readonly ImmutableArray<int> _firstFeatures;
    private readonly ImmutableArray<int> _columnOfFeature;

    /// <param name="categories">Null for a column of numbers.</param>
    private FeatureColumns(ImmutableArray<CategoryColumn?> categories)
    {
        Categories = categories;
        ImmutableArray<int>.Builder firstFeatures = ImmutableArray.CreateBuilder<int>(categories.Length);
        ImmutableArray<int>.Builder columnOfFeature = ImmutableArray.CreateBuilder<int>();
        for (int column = 0; column < categories.Length; column++)
        {
            firstFeatures.Add(columnOfFeature.Count);
            columnOfFeature.AddRange(Enumerable.Repeat(column, categories[column]?.Values.Length ?? 1));
        }

        _firstFeatures = firstFeatures.MoveToImmutable();
        _columnOfFeature = columnOfFeature.ToImmutable();
    }

    /// <summary>By column; null for numbers.</summary>
    public ImmutableArray<CategoryColumn?> Categories { get; }

    /// <summary>Columns of the file.</summary>
    public int Count => Categories.Length;

    /// <summary>Features of one row.</summary>
    public int Width => _columnOfFeature.Length;

    public bool HasCategories => Categories.Any(static category => category is not null);

    /// <summary>The columns of a file as read; a category's values are those of the training rows.</summary>
    /// <exception cref="DataException">A column of categories without any value in the training part.</exception>
    public static FeatureColumns Of(RawPart part, ReadOnlySpan<int> trainRows)
    {
        var categories = new CategoryColumn?[part.Features.Width];
        int firstFeature = 0;
        for (int column = 0; column < categories.Length; column++)
        {
            if (!part.Categories.IsEmpty && part.Categories[column] is { } codes)
            {
                categories[column] = new CategoryColumn(
                    part.FeatureNames[column], firstFeature, ValuesOf(part, column, codes, trainRows));
            }

            firstFeature += categories[column]?.Values.Length ?? 1;
        }

        return new FeatureColumns([.. categories]);
    }

    /// <summary>The columns that a model was trained on.</summary>
    public static FeatureColumns Of(FeatureSchema schema)
    {
        var categories = new List<CategoryColumn?>();
        int feature = 0;
        foreach (CategoryColumn category in schema.Categories)
        {
            categories.AddRange(Enumerable.Repeat<CategoryColumn?>(null, category.FirstFeature - feature));
            categories.Add(category);
            feature = category.FirstFeature + category.Values.Length;
        }

        categories.AddRange(Enumerable.Repeat<CategoryColumn?>(null, schema.Width - feature));
        return new FeatureColumns([.. categories]);
    }

    /// <returns>The column that a feature comes from.</returns>
    public int ColumnOf(int feature) => _columnOfFeature[feature];

    /// <summary>Of a column.</summary>
    public int FirstFeature(int column) => _firstFeatures[column];

    /// <returns>By column, as the training file's header names them; empty where it had none.</returns>
    public ImmutableArray<string> ColumnNames(FeatureSchema schema) =>
        [.. ForColumns(schema.FeatureNames).Select((name, column) => Categories[column]?.Name ?? name)];

    /// <summary>What belongs to a column, for each of its features.</summary>
    /// <param name="ofColumns">By column, or empty.</param>
    public ImmutableArray<T> ForFeatures<T>(ImmutableArray<T> ofColumns) =>
        ofColumns.IsEmpty ? [] : [.. _columnOfFeature.Select(column => ofColumns[column])];

    /// <summary>Back from <see cref="ForFeatures"/>.</summary>
    /// <param name="ofFeatures">By feature, or empty.</param>
    public ImmutableArray<T> ForColumns<T>(ImmutableArray<T> ofFeatures) =>
        ofFeatures.IsEmpty ? [] : [.. _firstFeatures.Select(feature => ofFeatures[feature])];

    /// <returns>By feature: the column's name, for a category followed by the value, as in "city=Berlin".</returns>
    /// <param name="ofColumns">By column, or empty.</param>
    public ImmutableArray<string> FeatureNames(ImmutableArray<string> ofColumns) => ofColumns.IsEmpty ? []
        :
        [
            .. ofColumns.Zip(Categories).SelectMany(static IEnumerable<string> (column) =>
                column.Second is { } category ? category.Values.Select(value => $"{column.First}={value}") : [column.First]),
        ];

    /// <summary>Makes the features of a category: 1 for its value, 0 for the others.</summary>
    /// <param name="position">Of the value among the training's; NaN: missing, and so are all features; below 0: unseen in training.</param>
    /// <param name="features">Shape (values,).</param>
    public static void WriteCategory(float position, Span<float> features)
    {
        features.Fill(float.IsNaN(position) ? float.NaN : 0);
        if (position >= 0)
        {
            features[(int)position] = 1;
        }
    }

    /// <summary>Makes features of one row of a file.</summary>
    /// <param name="columns">Shape (Count,): numbers, and positions of categories' values. Missing ones are NaN.</param>
    /// <param name="features">Shape (Width,).</param>
    public void Expand(ReadOnlySpan<float> columns, Span<float> features)
    {
        for (int column = 0; column < columns.Length; column++)
        {
            int first = _firstFeatures[column];
            if (Categories[column] is { } category)
            {
                WriteCategory(columns[column], features.Slice(first, category.Values.Length));
            }
            else
            {
                features[first] = columns[column];
            }
        }
    }

    private static ImmutableArray<string> ValuesOf(RawPart part, int column, CategoryCodes codes, ReadOnlySpan<int> trainRows)
    {
        bool[] occurs = new bool[codes.Values.Count];
        foreach (int row in trainRows)
        {
            if (part.Features.Value(row, column) is var code && !float.IsNaN(code))
            {
                occurs[(int)code] = true;
            }
        }

        ImmutableArray<string> values =
            [.. codes.Values.Where((_, code) => occurs[code]).Order(StringComparer.Ordinal)];
        return values.IsEmpty
            ? throw new DataException(
                $"data.categories names column \"{part.FeatureNames[column]}\", which has no value in the training part; leave it "
                + "out with data.ignore")
            : values;
    }
}
