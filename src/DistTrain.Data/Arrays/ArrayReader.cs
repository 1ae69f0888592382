using System.Buffers.Binary;
using System.Globalization;

namespace DistTrain.Data;

/// <summary>Reads an IDX or NPY file's rows from first to last, as float32 or as labels. One reader for each file.</summary>
internal sealed class ArrayReader : IDisposable
{
    /// <summary>Bytes read at a time.</summary>
    private const int ChunkBytes = 1 << 16;

    private readonly SourceFile _file;
    private readonly byte[] _chunk = new byte[ChunkBytes];
    private long _elementsRead;

    public ArrayReader(SourceFile file, ArrayHeader header)
    {
        _file = file;
        Header = header;
    }

    public string Name => _file.Name;

    public ArrayHeader Header { get; }

    /// <summary>The next numbers, rounded to float32. Missing ones are NaN; nothing is checked.</summary>
    public void Read(Span<float> destination)
    {
        int elementBytes = Header.Type.Bytes();
        int chunkElements = ChunkBytes / elementBytes;
        while (!destination.IsEmpty)
        {
            int count = Math.Min(chunkElements, destination.Length);
            ReadOnlySpan<byte> bytes = ReadChunk(count * elementBytes);
            for (int index = 0; index < count; index++)
            {
                destination[index] = ToSingle(bytes[(index * elementBytes)..]);
            }

            destination = destination[count..];
        }
    }

    /// <summary>The next numbers of a byte array as they are.</summary>
    public void ReadBytes(Span<byte> destination)
    {
        ReadWhole(destination);
        _elementsRead += destination.Length;
    }

    /// <summary>The next number as the text of a label.</summary>
    /// <exception cref="DataException">It is no whole number.</exception>
    public string ReadLabel()
    {
        long row = _elementsRead;
        ReadOnlySpan<byte> bytes = ReadChunk(Header.Type.Bytes());
        if (Header.Type.IsWhole())
        {
            return ToWhole(bytes).ToString(CultureInfo.InvariantCulture);
        }

        double value = Header.Type == ElementType.Float64 ? ReadDouble(bytes) : ToSingle(bytes);
        if (!double.IsInteger(value) || Math.Abs(value) > 1L << 53)
        {
            throw new DataException(
                FormattableString.Invariant($"{Name} row {row} (from 0): the class label {value} is not a whole number; ")
                + "round the labels, or set data.targets to \"values\" for regression");
        }

        return ((long)value).ToString(CultureInfo.InvariantCulture);
    }

    /// <exception cref="DataException">The file goes on after the last number.</exception>
    public void ExpectEnd()
    {
        if (_file.Stream.ReadByte() >= 0)
        {
            throw Header.TrailingBytes(_file);
        }
    }

    public void Dispose() => _file.Dispose();

    private ReadOnlySpan<byte> ReadChunk(int byteCount)
    {
        Span<byte> bytes = _chunk.AsSpan(0, byteCount);
        ReadWhole(bytes);
        _elementsRead += byteCount / Header.Type.Bytes();
        return bytes;
    }

    private void ReadWhole(Span<byte> bytes)
    {
        if (_file.Stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
        {
            throw new DataException(
                $"{Name} is cut off in row {_elementsRead / Header.RowSize:N0} of {Header.RowCount:N0} (from 0); copy it again");
        }
    }

    private float ToSingle(ReadOnlySpan<byte> bytes) => Header.Type switch
    {
        ElementType.Float32 => Header.IsBigEndian
            ? BinaryPrimitives.ReadSingleBigEndian(bytes) : BinaryPrimitives.ReadSingleLittleEndian(bytes),
        ElementType.Float64 => (float)ReadDouble(bytes),
        ElementType.Float16 => (float)(Header.IsBigEndian
            ? BinaryPrimitives.ReadHalfBigEndian(bytes) : BinaryPrimitives.ReadHalfLittleEndian(bytes)),
        ElementType.UInt8 or ElementType.Boolean => bytes[0],
        ElementType.UInt64 => (float)(Header.IsBigEndian
            ? BinaryPrimitives.ReadUInt64BigEndian(bytes) : BinaryPrimitives.ReadUInt64LittleEndian(bytes)),
        _ => (float)(long)ToWhole(bytes),
    };

    private double ReadDouble(ReadOnlySpan<byte> bytes) => Header.IsBigEndian
        ? BinaryPrimitives.ReadDoubleBigEndian(bytes) : BinaryPrimitives.ReadDoubleLittleEndian(bytes);

    private Int128 ToWhole(ReadOnlySpan<byte> bytes) => (Header.Type, Header.IsBigEndian) switch
    {
        (ElementType.UInt8 or ElementType.Boolean, _) => bytes[0],
        (ElementType.Int8, _) => (sbyte)bytes[0],
        (ElementType.UInt16, true) => BinaryPrimitives.ReadUInt16BigEndian(bytes),
        (ElementType.UInt16, false) => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
        (ElementType.Int16, true) => BinaryPrimitives.ReadInt16BigEndian(bytes),
        (ElementType.Int16, false) => BinaryPrimitives.ReadInt16LittleEndian(bytes),
        (ElementType.UInt32, true) => BinaryPrimitives.ReadUInt32BigEndian(bytes),
        (ElementType.UInt32, false) => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
        (ElementType.Int32, true) => BinaryPrimitives.ReadInt32BigEndian(bytes),
        (ElementType.Int32, false) => BinaryPrimitives.ReadInt32LittleEndian(bytes),
        (ElementType.UInt64, true) => BinaryPrimitives.ReadUInt64BigEndian(bytes),
        (ElementType.UInt64, false) => BinaryPrimitives.ReadUInt64LittleEndian(bytes),
        (ElementType.Int64, true) => BinaryPrimitives.ReadInt64BigEndian(bytes),
        _ => BinaryPrimitives.ReadInt64LittleEndian(bytes),
    };
}
