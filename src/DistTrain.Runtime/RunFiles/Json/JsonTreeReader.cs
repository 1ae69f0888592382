using System.Collections.Immutable;
using System.Text;
using System.Text.Json;

namespace DistTrain.Runtime.RunFiles;

/// <summary>Reads JSON (comments and trailing commas allowed) into a <see cref="JsonTree"/> with line numbers.</summary>
internal ref struct JsonTreeReader
{
    private const int DepthMax = 64;

    /// <summary>Of a parser's message, which may quote all of a file that is not JSON.</summary>
    private const int QuotedCharactersMax = 100;

    private readonly ReadOnlySpan<byte> _bytes;
    private readonly string _fileName;
    private Utf8JsonReader _reader;
    private int _line;
    private int _counted;

    private JsonTreeReader(ReadOnlySpan<byte> bytes, string fileName)
    {
        _bytes = bytes;
        _fileName = fileName;
        _line = 1;
        _reader = new Utf8JsonReader(bytes, new JsonReaderOptions
        {
            CommentHandling = JsonCommentHandling.Skip,
            AllowTrailingCommas = true,
            MaxDepth = DepthMax,
        });
    }

    /// <param name="fileName">How messages call the text.</param>
    /// <exception cref="RunFileException">Not JSON, or a key given twice; with the line.</exception>
    public static JsonTree Read(string json, string fileName)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(json);
        var reader = new JsonTreeReader(bytes, fileName);
        try
        {
            if (!reader._reader.Read())
            {
                throw new RunFileException($"{fileName} is empty; expected a JSON object with data, model and training");
            }

            JsonTree tree = reader.ReadValue();
            reader._reader.Read();
            return tree;
        }
        catch (JsonException error)
        {
            throw new RunFileException(Describe(error, bytes, fileName));
        }
    }

    private JsonTree ReadValue()
    {
        string origin = Here();
        return _reader.TokenType switch
        {
            JsonTokenType.StartObject => ReadMap(origin),
            JsonTokenType.StartArray => ReadList(origin),
            JsonTokenType.String => new JsonText(origin, ReadText(origin)),
            JsonTokenType.Number => new JsonNumber(origin, ReadNumber(origin)),
            JsonTokenType.True => new JsonFlag(origin, true),
            JsonTokenType.False => new JsonFlag(origin, false),
            _ => new JsonNull(origin),
        };
    }

    private JsonMap ReadMap(string origin)
    {
        ImmutableArray<JsonMember>.Builder members = ImmutableArray.CreateBuilder<JsonMember>();
        var firstLines = new Dictionary<string, int>(StringComparer.Ordinal);
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndObject)
        {
            string keyOrigin = Here();
            string name = ReadText(keyOrigin);
            if (!firstLines.TryAdd(name, _line))
            {
                throw new RunFileException(
                    $"{keyOrigin}: {name} is given twice (first on line {firstLines[name]}); remove one of them");
            }

            _reader.Read();
            members.Add(new JsonMember(keyOrigin, name, ReadValue()));
        }

        return new JsonMap(origin, members.ToImmutable());
    }

    private JsonList ReadList(string origin)
    {
        ImmutableArray<JsonTree>.Builder items = ImmutableArray.CreateBuilder<JsonTree>();
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
        {
            items.Add(ReadValue());
        }

        return new JsonList(origin, items.ToImmutable());
    }

    private readonly string ReadText(string origin)
    {
        try
        {
            return _reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw new RunFileException(
                $"{origin}: {Encoding.UTF8.GetString(_reader.ValueSpan)} has half of a character (\\uD800 to \\uDFFF stand in pairs)");
        }
    }

    private readonly double ReadNumber(string origin)
    {
        double value = _reader.GetDouble();
        return double.IsFinite(value)
            ? value
            : throw new RunFileException(
                $"{origin}: {Encoding.UTF8.GetString(_reader.ValueSpan)} is too large, about 1.8e308 is the largest number");
    }

    private string Here()
    {
        int position = (int)_reader.TokenStartIndex;
        _line += _bytes[_counted..position].Count((byte)'\n');
        _counted = position;
        return $"{_fileName} line {_line}";
    }

    /// <summary>System.Text.Json's first sentence, with our line number (its own counts from 0).</summary>
    private static string Describe(JsonException error, ReadOnlySpan<byte> bytes, string fileName)
    {
        string text = error.Message;
        int details = text.IndexOf(" LineNumber:", StringComparison.Ordinal);
        text = (details < 0 ? text : text[..details]).TrimEnd('.', ' ');
        int advice = text.IndexOf(". ", StringComparison.Ordinal);
        text = advice < 0 ? text : text[..advice];
        int end = text.AsSpan(0, Math.Min(text.Length, QuotedCharactersMax)).IndexOfAny('\r', '\n');
        text = end >= 0 ? text[..end] + "…" : text.Length > QuotedCharactersMax ? text[..QuotedCharactersMax] + "…" : text;
        long line = Math.Min((error.LineNumber ?? 0) + 1, bytes.Count((byte)'\n') + 1);
        string hint = bytes.TrimStart(" \t\r\n\uFEFF"u8) is [(byte)'{' or (byte)'/', ..]
            ? "" : "; expected a run file, as in examples/digits/run.json";
        return $"{fileName} line {line}: this is not JSON: {text}{hint}";
    }
}
