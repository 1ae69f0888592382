namespace DistTrain.Data;

/// <summary>Features for prediction from NPY or IDX.</summary>
internal sealed class ArrayFeatureReader : FeatureReader
{
    private readonly ArrayReader _reader;
    private long _rowsLeft;

    public ArrayFeatureReader(SourceFile file, ArrayFormat format, FeatureSchema schema)
        : base(schema, file.Name)
    {
        _reader = ArrayPartReader.Open(file, format);
        _rowsLeft = _reader.Header.RowCount;
        if (_reader.Header.RowSize != schema.Width)
        {
            throw new DataException(
                $"{file.Name} is an array {_reader.Header}, {_reader.Header.RowSize:N0} numbers a row, expected "
                + $"{schema.Width:N0}: the model takes samples of shape ({string.Join(", ", schema.FeatureShape)})");
        }
    }

    public override void Dispose() => _reader.Dispose();

    private protected override bool ReadRow(Span<float> row)
    {
        if (_rowsLeft == 0)
        {
            _reader.ExpectEnd();
            return false;
        }

        _rowsLeft--;
        _reader.Read(row);
        ArrayPartReader.CheckRow(_reader, RowCount, row, missingIsAllowed: !Schema.Fill.IsEmpty, "feature");
        return true;
    }

    private protected override string Place(int column) => $"{Name} row {RowCount}, feature {column} (both from 0)";
}
