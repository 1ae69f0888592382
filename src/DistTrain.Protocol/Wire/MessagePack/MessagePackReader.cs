using System.Buffers;

namespace MessagePack;

/// <summary>
/// The part of MessagePack-CSharp's reader (version 3) that the codec uses, with the same names, signatures and
/// exceptions. Compiled where that package is not referenced.
/// </summary>
/// <remarks>It allocates nothing by a length that the input claims: lengths are compared with the bytes that are there.</remarks>
internal ref struct MessagePackReader
{
    private SequenceReader<byte> _reader;

    public MessagePackReader(ReadOnlyMemory<byte> memory) =>
        _reader = new SequenceReader<byte>(new ReadOnlySequence<byte>(memory));

    public MessagePackReader(scoped in ReadOnlySequence<byte> readOnlySequence) =>
        _reader = new SequenceReader<byte>(readOnlySequence);

    public readonly bool End => _reader.End;

    public readonly long Consumed => _reader.Consumed;

    /// <exception cref="MessagePackSerializationException">Something else than an array follows.</exception>
    /// <exception cref="EndOfStreamException">The input is too short for the header, or for so many elements.</exception>
    public int ReadArrayHeader()
    {
        byte code = ReadByte();
        long count = code switch
        {
            >= 0x90 and <= 0x9F => code & 0x0F,
            0xDC => (long)ReadBigEndian(2),
            0xDD => (long)ReadBigEndian(4),
            _ => throw Unexpected(code, "an array"),
        };
        if (count > _reader.Remaining)
        {
            throw new EndOfStreamException();
        }

        return (int)count;
    }

    public bool ReadBoolean()
    {
        byte code = ReadByte();
        return code switch
        {
            0xC2 => false,
            0xC3 => true,
            _ => throw Unexpected(code, "a boolean"),
        };
    }

    /// <exception cref="OverflowException">An integer follows that does not fit.</exception>
    public int ReadInt32() => checked((int)ReadInt64());

    /// <exception cref="OverflowException">An integer follows that does not fit.</exception>
    public long ReadInt64()
    {
        byte code = ReadByte();
        return code switch
        {
            <= 0x7F => code,
            >= 0xE0 => (sbyte)code,
            0xCC => (long)ReadBigEndian(1),
            0xCD => (long)ReadBigEndian(2),
            0xCE => (long)ReadBigEndian(4),
            0xCF => checked((long)ReadBigEndian(8)),
            0xD0 => (sbyte)ReadBigEndian(1),
            0xD1 => (short)ReadBigEndian(2),
            0xD2 => (int)ReadBigEndian(4),
            0xD3 => (long)ReadBigEndian(8),
            _ => throw Unexpected(code, "an integer"),
        };
    }

    /// <summary>The bytes of a string, not copied; null for nil.</summary>
    public ReadOnlySequence<byte>? ReadStringSequence()
    {
        byte code = ReadByte();
        if (code == 0xC0)
        {
            return null;
        }

        long byteCount = code switch
        {
            >= 0xA0 and <= 0xBF => code & 0x1F,
            0xD9 => (long)ReadBigEndian(1),
            0xDA => (long)ReadBigEndian(2),
            0xDB => (long)ReadBigEndian(4),
            _ => throw Unexpected(code, "a string"),
        };
        if (byteCount > _reader.Remaining)
        {
            throw new EndOfStreamException();
        }

        ReadOnlySequence<byte> bytes = _reader.UnreadSequence.Slice(0, byteCount);
        _reader.Advance(byteCount);
        return bytes;
    }

    private byte ReadByte() => _reader.TryRead(out byte value) ? value : throw new EndOfStreamException();

    private ulong ReadBigEndian(int byteCount)
    {
        ulong value = 0;
        for (int i = 0; i < byteCount; i++)
        {
            value = (value << 8) | ReadByte();
        }

        return value;
    }

    private static MessagePackSerializationException Unexpected(byte code, string expected) =>
        new($"the code {code:X2} was found where {expected} was expected");
}
