namespace DistTrain.Data;

/// <summary>Rows of a file whose columns of categories appear as one feature for each value.</summary>
/// <param name="source">Shape (rows, columns.Count), codes where <paramref name="columns"/> has a category.</param>
/// <param name="positions">By column, then by code: the value's position in the category, below 0 for none; null for numbers.</param>
internal sealed class OneHotRows(FloatRows source, FeatureColumns columns, int[]?[] positions) : RawFeatures
{
    private readonly float[] _row = new float[columns.Count];

    public override int RowCount => source.RowCount;

    public override int Width => columns.Width;

    public override void CopyRow(int row, Span<float> destination)
    {
        for (int column = 0; column < _row.Length; column++)
        {
            _row[column] = ColumnValue(row, column);
        }

        columns.Expand(_row, destination);
    }

    public override float Value(int row, int column)
    {
        int sourceColumn = columns.ColumnOf(column);
        float value = ColumnValue(row, sourceColumn);
        bool isCategory = positions[sourceColumn] is not null && !float.IsNaN(value);
        return !isCategory ? value : value == column - columns.FirstFeature(sourceColumn) ? 1 : 0;
    }

    public override void Dispose() => source.Dispose();

    /// <summary>The number, or the position of the category's value.</summary>
    private float ColumnValue(int row, int column)
    {
        float value = source.Value(row, column);
        return positions[column] is not { } ofCode || float.IsNaN(value) ? value
            : value < 0 ? CategoryCodes.Unknown : ofCode[(int)value];
    }
}
