using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace DistTrain.Models;

/// <summary>
/// Writes weights as safetensors (github.com/huggingface/safetensors, "Format"): the header's length (64 bits,
/// little-endian), the header (JSON: name, dtype, shape and place of each tensor), then the numbers, little-endian,
/// without gaps.
/// </summary>
public static class SafetensorsWriter
{
    /// <summary>Header and length together are a multiple of this, so that mapped tensors are aligned.</summary>
    internal const int Alignment = 8;

    /// <param name="output">Written from its present position on.</param>
    /// <param name="parameters">Shape (layout.Length,).</param>
    /// <param name="metadata">Free text for readers, as in ("format", "disttrain").</param>
    /// <exception cref="IOException">The stream cannot take it.</exception>
    public static void Write(
        Stream output, ParameterLayout layout, ReadOnlySpan<float> parameters,
        IReadOnlyDictionary<string, string> metadata)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(parameters.Length, layout.Length);
        output.Write(Header(layout, metadata));
        output.Write(MemoryMarshal.AsBytes(parameters));
    }

    /// <summary>Length and header.</summary>
    private static ReadOnlySpan<byte> Header(ParameterLayout layout, IReadOnlyDictionary<string, string> metadata)
    {
        var buffer = new ArrayBufferWriter<byte>();
        buffer.Write(new byte[sizeof(long)]);
        using (var json = new Utf8JsonWriter(buffer))
        {
            WriteJson(json, layout, metadata);
        }

        int padding = (Alignment - (buffer.WrittenCount % Alignment)) % Alignment;
        buffer.GetSpan(padding)[..padding].Fill((byte)' ');
        buffer.Advance(padding);
        Span<byte> header = MemoryMarshal.AsMemory(buffer.WrittenMemory).Span;
        BinaryPrimitives.WriteInt64LittleEndian(header, header.Length - sizeof(long));
        return header;
    }

    private static void WriteJson(Utf8JsonWriter json, ParameterLayout layout, IReadOnlyDictionary<string, string> metadata)
    {
        json.WriteStartObject();
        if (metadata.Count > 0)
        {
            json.WriteStartObject(SafetensorsHeader.MetadataKey);
            foreach ((string key, string value) in metadata.OrderBy(static pair => pair.Key, StringComparer.Ordinal))
            {
                json.WriteString(key, value);
            }

            json.WriteEndObject();
        }

        foreach (ParameterSlice slice in layout.Slices)
        {
            json.WriteStartObject(slice.Name);
            json.WriteString("dtype", "F32");
            json.WriteStartArray("shape");
            foreach (int dimension in slice.Shape)
            {
                json.WriteNumberValue(dimension);
            }

            json.WriteEndArray();
            json.WriteStartArray("data_offsets");
            json.WriteNumberValue((long)slice.Start * sizeof(float));
            json.WriteNumberValue(((long)slice.Start + slice.Length) * sizeof(float));
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }
}
