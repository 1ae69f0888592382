using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace MessagePack;

/// <summary>
/// The part of MessagePack-CSharp's writer (version 3) that the codec uses, with the same names, signatures and bytes:
/// every value in its shortest form. Compiled where that package is not referenced.
/// </summary>
/// <remarks>Format: https://github.com/msgpack/msgpack/blob/master/spec.md.</remarks>
internal readonly ref struct MessagePackWriter(IBufferWriter<byte> writer)
{
    private const int HeaderBytesMax = 9;

    private readonly IBufferWriter<byte> _writer = writer;

    public void WriteNil() => WriteCode(0xC0);

    public void Write(bool value) => WriteCode(value ? (byte)0xC3 : (byte)0xC2);

    public void Write(int value) => Write((long)value);

    public void Write(long value)
    {
        if (value >= 0)
        {
            WriteUnsigned((ulong)value);
        }
        else if (value >= -32)
        {
            WriteCode((byte)value);
        }
        else if (value >= sbyte.MinValue)
        {
            WriteNumber(0xD0, (ulong)value, 1);
        }
        else if (value >= short.MinValue)
        {
            WriteNumber(0xD1, (ulong)value, 2);
        }
        else if (value >= int.MinValue)
        {
            WriteNumber(0xD2, (ulong)value, 4);
        }
        else
        {
            WriteNumber(0xD3, (ulong)value, 8);
        }
    }

    public void WriteArrayHeader(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (count <= 15)
        {
            WriteCode((byte)(0x90 | count));
        }
        else if (count <= ushort.MaxValue)
        {
            WriteNumber(0xDC, (ulong)count, 2);
        }
        else
        {
            WriteNumber(0xDD, (ulong)count, 4);
        }
    }

    /// <param name="value">Null is written as nil.</param>
    public void Write(string? value)
    {
        if (value is null)
        {
            WriteNil();
            return;
        }

        int byteCount = Encoding.UTF8.GetByteCount(value);
        switch (byteCount)
        {
            case <= 31:
                WriteCode((byte)(0xA0 | byteCount));
                break;
            case <= byte.MaxValue:
                WriteNumber(0xD9, (ulong)byteCount, 1);
                break;
            case <= ushort.MaxValue:
                WriteNumber(0xDA, (ulong)byteCount, 2);
                break;
            default:
                WriteNumber(0xDB, (ulong)byteCount, 4);
                break;
        }

        _writer.Advance(Encoding.UTF8.GetBytes(value, _writer.GetSpan(Math.Max(byteCount, 1))));
    }

    /// <summary>For the same shape as the package's, whose writer holds bytes back. This one does not.</summary>
    public void Flush()
    {
    }

    private void WriteUnsigned(ulong value)
    {
        switch (value)
        {
            case <= 0x7F:
                WriteCode((byte)value);
                break;
            case <= byte.MaxValue:
                WriteNumber(0xCC, value, 1);
                break;
            case <= ushort.MaxValue:
                WriteNumber(0xCD, value, 2);
                break;
            case <= uint.MaxValue:
                WriteNumber(0xCE, value, 4);
                break;
            default:
                WriteNumber(0xCF, value, 8);
                break;
        }
    }

    private void WriteCode(byte code)
    {
        _writer.GetSpan(1)[0] = code;
        _writer.Advance(1);
    }

    /// <summary>A code, then the lowest bytes of a number, big-endian.</summary>
    private void WriteNumber(byte code, ulong value, int byteCount)
    {
        Span<byte> span = _writer.GetSpan(HeaderBytesMax);
        span[0] = code;
        BinaryPrimitives.WriteUInt64BigEndian(span[1..], value << (64 - (8 * byteCount)));
        _writer.Advance(1 + byteCount);
    }
}
