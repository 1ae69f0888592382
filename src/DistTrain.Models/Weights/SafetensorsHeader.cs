using System.Collections.Immutable;
using System.Text.Json;

namespace DistTrain.Models;

/// <summary>One tensor of a safetensors file.</summary>
/// <param name="Type">As in "F32".</param>
/// <param name="Start">Bytes from the end of the header.</param>
/// <param name="Bytes">Length; that of the shape and type.</param>
public sealed record SafetensorsEntry(string Name, string Type, ImmutableArray<long> Shape, long Start, long Bytes)
{
    /// <returns>As in "F32 (784, 512)".</returns>
    public string Describe() => $"{Type} ({string.Join(", ", Shape)})";
}

/// <summary>
/// The header of a safetensors file, checked as the format's reference implementation does: known types, each tensor's length is that of
/// its shape, tensors cover the data without gap or overlap, no name twice.
/// </summary>
internal sealed class SafetensorsHeader
{
    public const string MetadataKey = "__metadata__";

    /// <summary>Axes; bounds the work for a hostile file.</summary>
    private const int RankMax = 16;

    /// <summary>JSON within JSON: header, tensor, list.</summary>
    private const int DepthMax = 4;

    private readonly string _file;

    private SafetensorsHeader(string file) => _file = file;

    /// <summary>In order of position.</summary>
    public ImmutableArray<SafetensorsEntry> Tensors { get; private set; } = [];

    public ImmutableDictionary<string, string> Metadata { get; private set; } = ImmutableDictionary<string, string>.Empty;

    /// <param name="json">The header without its length.</param>
    /// <param name="dataBytes">What follows the header in the file.</param>
    /// <param name="file">For messages.</param>
    /// <exception cref="WeightsException">Names the tensor and says what is wrong.</exception>
    public static SafetensorsHeader Parse(ReadOnlySpan<byte> json, long dataBytes, string file)
    {
        var header = new SafetensorsHeader(file);
        if (json is not [(byte)'{', ..])
        {
            throw header.Broken("its header does not start with a brace");
        }

        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = DepthMax });
            reader.Read();
            header.ParseRoot(ref reader);
            if (reader.Read())
            {
                throw header.Broken("its header goes on after the closing brace");
            }
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or FormatException)
        {
            throw header.Broken("its header is not the JSON that the format asks for");
        }

        header.CheckPlaces(dataBytes);
        return header;
    }

    private void ParseRoot(ref Utf8JsonReader reader)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        ImmutableArray<SafetensorsEntry>.Builder tensors = ImmutableArray.CreateBuilder<SafetensorsEntry>();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            if (!names.Add(name))
            {
                throw Broken($"it names {name} twice");
            }

            reader.Read();
            Expect(ref reader, JsonTokenType.StartObject);
            if (name == MetadataKey)
            {
                ParseMetadata(ref reader);
            }
            else
            {
                tensors.Add(ParseTensor(ref reader, name));
            }
        }

        Expect(ref reader, JsonTokenType.EndObject);
        Tensors = [.. tensors.OrderBy(static tensor => tensor.Start).ThenBy(static tensor => tensor.Bytes)];
    }

    private void ParseMetadata(ref Utf8JsonReader reader)
    {
        ImmutableDictionary<string, string>.Builder metadata = ImmutableDictionary.CreateBuilder<string, string>();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string key = reader.GetString()!;
            reader.Read();
            Expect(ref reader, JsonTokenType.String);
            if (!metadata.TryAdd(key, reader.GetString()!))
            {
                throw Broken($"its metadata have {key} twice");
            }
        }

        Expect(ref reader, JsonTokenType.EndObject);
        Metadata = metadata.ToImmutable();
    }

    private SafetensorsEntry ParseTensor(ref Utf8JsonReader reader, string name)
    {
        string? type = null;
        ImmutableArray<long>? shape = null;
        ImmutableArray<long>? offsets = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string key = reader.GetString()!;
            reader.Read();
            switch (key)
            {
                case "dtype" when type is null:
                    Expect(ref reader, JsonTokenType.String);
                    type = reader.GetString();
                    break;
                case "shape" when shape is null:
                    shape = ParseNumbers(ref reader, name);
                    break;
                case "data_offsets" when offsets is null:
                    offsets = ParseNumbers(ref reader, name);
                    break;
                default:
                    throw Broken($"its tensor {name} has the unknown or repeated key {key}");
            }
        }

        Expect(ref reader, JsonTokenType.EndObject);
        if (type is null || shape is null || offsets is not [long start, long end])
        {
            throw Broken($"its tensor {name} lacks one of dtype, shape and two data_offsets");
        }

        Int128 bits = BitsOf(type) ?? throw Broken($"its tensor {name} is of the unknown type {type}");
        foreach (long dimension in shape.Value)
        {
            bits *= dimension;
            if (bits > (Int128)long.MaxValue)
            {
                throw Broken($"its tensor {name} of shape ({string.Join(", ", shape.Value)}) is too large");
            }
        }

        if (end < start || bits != (Int128)(end - start) * 8)
        {
            throw Broken(
                $"its tensor {name} is {type} ({string.Join(", ", shape.Value)}), but lies from byte {start:N0} to {end:N0}");
        }

        return new SafetensorsEntry(name, type, shape.Value, start, end - start);
    }

    private ImmutableArray<long> ParseNumbers(ref Utf8JsonReader reader, string name)
    {
        Expect(ref reader, JsonTokenType.StartArray);
        ImmutableArray<long>.Builder numbers = ImmutableArray.CreateBuilder<long>();
        while (reader.Read() && reader.TokenType == JsonTokenType.Number)
        {
            if (!reader.TryGetInt64(out long number) || number < 0 || numbers.Count == RankMax)
            {
                throw Broken($"its tensor {name} has a shape or offsets that are not up to {RankMax} whole numbers from 0 on");
            }

            numbers.Add(number);
        }

        Expect(ref reader, JsonTokenType.EndArray);
        return numbers.ToImmutable();
    }

    private void CheckPlaces(long dataBytes)
    {
        long end = 0;
        string before = "the header";
        foreach (SafetensorsEntry tensor in Tensors)
        {
            if (tensor.Start != end)
            {
                string how = tensor.Start < end ? "overlap" : "leave a gap";
                throw Broken($"{before} and its tensor {tensor.Name} {how} at byte {tensor.Start:N0}, expected {end:N0}");
            }

            end += tensor.Bytes;
            before = $"its tensor {tensor.Name}";
        }

        if (end != dataBytes)
        {
            throw new WeightsException(
                $"{_file} has {dataBytes:N0} bytes of numbers, expected {end:N0} for its tensors: it was cut off or damaged; copy it again");
        }
    }

    private void Expect(ref Utf8JsonReader reader, JsonTokenType type)
    {
        if (reader.TokenType != type)
        {
            throw Broken("its header is not the JSON that the format asks for");
        }
    }

    private WeightsException Broken(string what) => new($"{_file} is not a valid safetensors file: {what}; copy or make it again");

    private static int? BitsOf(string type) => type switch
    {
        "BOOL" or "U8" or "I8" or "F8_E5M2" or "F8_E4M3" or "F8_E8M0" => 8,
        "U16" or "I16" or "F16" or "BF16" => 16,
        "U32" or "I32" or "F32" => 32,
        "U64" or "I64" or "F64" => 64,
        _ => null,
    };
}
