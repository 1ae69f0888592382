namespace DistTrain.Data;

/// <summary>The feature rows of one file as read: unscaled, missing values as NaN.</summary>
internal abstract class RawFeatures : IDisposable
{
    public abstract int RowCount { get; }

    /// <summary>Numbers of one row.</summary>
    public abstract int Width { get; }

    /// <param name="destination">Shape (Width,).</param>
    public abstract void CopyRow(int row, Span<float> destination);

    /// <summary>One number; for walking down a column.</summary>
    public abstract float Value(int row, int column);

    public abstract void Dispose();
}

/// <summary>Rows of float32 in chunks, so that growing copies nothing.</summary>
internal sealed class FloatRows(int width) : RawFeatures
{
    /// <summary>Floats of one chunk, about.</summary>
    private const int ChunkFloats = 1 << 18;

    private readonly int _rowsPerChunk = Math.Max(1, ChunkFloats / width);
    private readonly List<float[]> _chunks = [];
    private int _rowCount;

    public override int RowCount => _rowCount;

    public override int Width => width;

    /// <summary>The place of a new row, to be written by the caller.</summary>
    public Span<float> Add()
    {
        int indexInChunk = _rowCount % _rowsPerChunk;
        if (indexInChunk == 0)
        {
            // The first chunk is small: most files are.
            int rows = _chunks.Count == 0 ? Math.Min(_rowsPerChunk, FirstChunkRows) : _rowsPerChunk;
            _chunks.Add(new float[(long)rows * width]);
        }
        else if ((long)indexInChunk * width == _chunks[^1].Length)
        {
            float[] grown = _chunks[^1];
            Array.Resize(ref grown, Math.Min(indexInChunk * 2, _rowsPerChunk) * width);
            _chunks[^1] = grown;
        }

        _rowCount++;
        return _chunks[^1].AsSpan(indexInChunk * width, width);
    }

    public override void Dispose() => _chunks.Clear();

    public ReadOnlySpan<float> Row(int row) =>
        _chunks[row / _rowsPerChunk].AsSpan(row % _rowsPerChunk * width, width);

    public override void CopyRow(int row, Span<float> destination) => Row(row).CopyTo(destination);

    public override float Value(int row, int column) => Row(row)[column];

    private const int FirstChunkRows = 64;
}

/// <summary>Rows of bytes, as images have them: a quarter of the memory. They stay bytes and are scaled when gathered.</summary>
internal sealed class ByteRows(MemoryBlock bytes, int rowCount, int width) : RawFeatures
{
    private bool _isTaken;

    public override int RowCount => rowCount;

    public override int Width => width;

    /// <summary>Hands the memory over: from then on the caller disposes it.</summary>
    public MemoryBlock TakeBytes()
    {
        _isTaken = true;
        return bytes;
    }

    public ReadOnlySpan<byte> Row(int row) => bytes.Span((long)row * width, width);

    public override void CopyRow(int row, Span<float> destination)
    {
        ReadOnlySpan<byte> source = Row(row);
        for (int column = 0; column < source.Length; column++)
        {
            destination[column] = source[column];
        }
    }

    public override float Value(int row, int column) => Row(row)[column];

    public override void Dispose()
    {
        if (!_isTaken)
        {
            bytes.Dispose();
        }
    }
}
