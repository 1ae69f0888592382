namespace DistTrain.Data;

/// <summary>Features for prediction from CSV.</summary>
internal sealed class CsvFeatureReader : FeatureReader
{
    private readonly CsvRows _rows;
    private readonly CsvLayout _layout;

    public CsvFeatureReader(SourceFile file, FeatureSchema schema)
        : base(schema, file.Name)
    {
        _rows = new CsvRows(file, schema.Delimiter, schema.Header);
        _layout = new CsvLayout([.. Columns(_rows, schema)], [], _rows.ColumnCount, _rows.HasHeader, _rows.ColumnNames);
    }

    public override void Dispose() => _rows.Dispose();

    private protected override bool ReadRow(Span<float> row)
    {
        if (!_rows.Read())
        {
            return false;
        }

        CsvPartReader.ReadFeatures(_rows, _layout, missingIsAllowed: !Schema.Fill.IsEmpty, isTraining: false, row);
        return true;
    }

    private protected override string Place(int column) => _rows.Place(_layout.Features[column]);

    private static IEnumerable<int> Columns(CsvRows rows, FeatureSchema schema)
    {
        if (rows.HasHeader && !schema.FeatureNames.IsEmpty)
        {
            return CsvLayout.FindNames(rows, schema.FeatureNames, schema.FilePositions, "the model");
        }

        if (rows.ColumnCount == schema.Width)
        {
            return Enumerable.Range(0, schema.Width);
        }

        if (rows.ColumnCount == schema.FileColumnCount && !schema.FilePositions.IsEmpty)
        {
            return schema.FilePositions;
        }

        throw new DataException(
            $"{rows.Name} has {rows.ColumnCount} columns {(rows.HasHeader ? "" : "and no header")}".TrimEnd()
            + $", expected the model's {schema.Width} features"
            + (schema.FileColumnCount > schema.Width ? $", or the training file's {schema.FileColumnCount} columns" : "")
            + (schema.FeatureNames.IsEmpty ? "" : ", or a header with the features' names"));
    }
}
