using System.Buffers;
using System.Text;
using MessagePack;

namespace DistTrain.Protocol;

/// <summary>Reads the fields of one message with their limits, and turns whatever is wrong into one kind of error.</summary>
internal ref struct FieldReader(ReadOnlyMemory<byte> bytes, string whose)
{
    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    private readonly string _whose = whose;
    private readonly int _byteCount = bytes.Length;
    private MessagePackReader _reader = new(bytes);
    private string _message = "message";

    /// <summary>The message's name, for errors, once it is known.</summary>
    public void Is(MessageKind kind) => _message = kind.ToString();

    public int ArrayHeader(string field)
    {
        try
        {
            return _reader.ReadArrayHeader();
        }
        catch (Exception error) when (IsFormatError(error))
        {
            throw Wrong(field, "an array", error);
        }
    }

    /// <summary>The header of an array that must have so many elements.</summary>
    public void ArrayOf(int count, string field)
    {
        int found = ArrayHeader(field);
        if (found != count)
        {
            throw new WireFormatException(
                $"a {_whose} {_message} has {found} elements in {field}, expected {count}");
        }
    }

    public int Int(string field, int least, int most) => (int)Long(field, least, most);

    public long Long(string field, long least = 0, long most = long.MaxValue)
    {
        long value;
        try
        {
            value = _reader.ReadInt64();
        }
        catch (Exception error) when (IsFormatError(error))
        {
            throw Wrong(field, "an integer", error);
        }

        if (value < least || value > most)
        {
            throw new WireFormatException(
                $"a {_whose} {_message} has the {field} {value}, expected {least} to {most}");
        }

        return value;
    }

    public bool Bool(string field)
    {
        try
        {
            return _reader.ReadBoolean();
        }
        catch (Exception error) when (IsFormatError(error))
        {
            throw Wrong(field, "true or false", error);
        }
    }

    public string Text(string field, int bytesMax = MessageLimits.TextBytesMax)
    {
        try
        {
            ReadOnlySequence<byte>? text = _reader.ReadStringSequence();
            if (text is not { } found || found.Length > bytesMax)
            {
                throw new WireFormatException(
                    $"a {_whose} {_message} has a {field} of {text?.Length ?? 0} bytes, at most {bytesMax} are taken");
            }

            return StrictUtf8.GetString(found);
        }
        catch (Exception error) when (IsFormatError(error) || error is DecoderFallbackException)
        {
            throw Wrong(field, "a text in UTF-8", error);
        }
    }

    public void End()
    {
        if (!_reader.End)
        {
            throw new WireFormatException(
                $"a {_whose} {_message} ends after {_reader.Consumed} bytes, {_byteCount} came");
        }
    }

    private static bool IsFormatError(Exception error) =>
        error is MessagePackSerializationException or EndOfStreamException or OverflowException;

    private readonly WireFormatException Wrong(string field, string expected, Exception error)
    {
        string found = error switch
        {
            EndOfStreamException => "the bytes end there",
            OverflowException => "a larger number was found",
            DecoderFallbackException => "other bytes were found",
            _ => error.Message,
        };
        return new WireFormatException($"a {_whose} {_message} should have {expected} as {field}: {found}");
    }
}
