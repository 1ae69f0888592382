using System.Collections.Immutable;

namespace DistTrain.Data;

/// <summary>Features for prediction from CSV.</summary>
internal sealed class CsvFeatureReader : FeatureReader
{
    private readonly CsvRows _rows;
    private readonly CsvLayout _layout;
    private readonly FeatureColumns _columns;
    private readonly ImmutableArray<CategoryCodes?> _categories;
    private readonly float[] _columnValues;

    public CsvFeatureReader(SourceFile file, FeatureSchema schema)
        : base(schema, file.Name)
    {
        _rows = new CsvRows(file, schema.Delimiter, schema.Header);
        _columns = FeatureColumns.Of(schema);
        _categories = [.. _columns.Categories.Select(
            static category => category is null ? null : new CategoryCodes(category.Values))];
        _columnValues = new float[_columns.Count];
        _layout = new CsvLayout(
            [.. Columns(_rows, schema, _columns)], [], [.. _categories.Select(static category => category is not null)],
            _rows.ColumnCount, _rows.HasHeader, _rows.ColumnNames);
    }

    public override void Dispose() => _rows.Dispose();

    private protected override bool ReadRow(Span<float> row)
    {
        if (!_rows.Read())
        {
            return false;
        }

        CsvPartReader.ReadFeatures(
            _rows, _layout, _categories, missingIsAllowed: !Schema.Fill.IsEmpty, isTraining: false, _columnValues);
        _columns.Expand(_columnValues, row);
        return true;
    }

    private protected override string Place(int column) => _rows.Place(_layout.Features[_columns.ColumnOf(column)]);

    private static IEnumerable<int> Columns(CsvRows rows, FeatureSchema schema, FeatureColumns columns)
    {
        if (rows.HasHeader && !schema.FeatureNames.IsEmpty)
        {
            return CsvLayout.FindNames(rows, columns.ColumnNames(schema), columns.ForColumns(schema.FilePositions), "the model");
        }

        if (rows.ColumnCount == columns.Count)
        {
            return Enumerable.Range(0, columns.Count);
        }

        if (rows.ColumnCount == schema.FileColumnCount && !schema.FilePositions.IsEmpty)
        {
            return columns.ForColumns(schema.FilePositions);
        }

        throw new DataException(
            $"{rows.Name} has {rows.ColumnCount} columns {(rows.HasHeader ? "" : "and no header")}".TrimEnd()
            + $", expected the model's {columns.Count} feature columns"
            + (schema.FileColumnCount > columns.Count ? $", or the training file's {schema.FileColumnCount} columns" : "")
            + (schema.FeatureNames.IsEmpty ? "" : ", or a header with the features' names"));
    }
}
