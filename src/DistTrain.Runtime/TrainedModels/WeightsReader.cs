using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Json;
using DistTrain.Models;

namespace DistTrain.Runtime;

/// <summary>Reads a model's weights from a safetensors file into its flat parameter vector.</summary>
internal static class WeightsReader
{
    /// <summary>Bytes; as in the format's reference implementation.</summary>
    private const long HeaderBytesMax = 100_000_000;

    /// <param name="destination">Shape (layout.Length,).</param>
    /// <exception cref="TrainedModelException">Not such a file, cut off, or its tensors are not the model's.</exception>
    public static void Read(string path, ParameterLayout layout, Span<float> destination)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            Span<byte> length = stackalloc byte[sizeof(long)];
            file.ReadExactly(length);
            long headerBytes = BinaryPrimitives.ReadInt64LittleEndian(length);
            if (headerBytes is < 2 or > HeaderBytesMax || headerBytes > file.Length - sizeof(long))
            {
                throw new TrainedModelException($"{path} is not a safetensors file, or it is cut off; copy it again, or train again");
            }

            byte[] headerText = new byte[headerBytes];
            file.ReadExactly(headerText);
            using JsonDocument header = JsonDocument.Parse(headerText);
            long dataStart = sizeof(long) + headerBytes;
            foreach (ParameterSlice slice in layout.Slices)
            {
                ReadTensor(path, file, header.RootElement, dataStart, slice, destination.Slice(slice.Start, slice.Length));
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException
            or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new TrainedModelException(
                $"{path} cannot be used as a model's weights ({error.Message.TrimEnd('.')}); copy it again, or train again", error);
        }
    }

    private static void ReadTensor(
        string path, FileStream file, JsonElement header, long dataStart, ParameterSlice slice, Span<float> destination)
    {
        if (!header.TryGetProperty(slice.Name, out JsonElement entry))
        {
            throw new TrainedModelException($"{path} has no tensor {slice.Name}: it is another model's");
        }

        string? type = entry.GetProperty("dtype").GetString();
        ImmutableArray<int> shape = [.. entry.GetProperty("shape").EnumerateArray().Select(dimension => dimension.GetInt32())];
        if (type != "F32" || !shape.AsSpan().SequenceEqual(slice.Shape.AsSpan()))
        {
            throw new TrainedModelException(
                $"{path}: tensor {slice.Name} is {type} ({string.Join(", ", shape)}), expected F32 "
                + $"({string.Join(", ", slice.Shape)}): it is another model's");
        }

        file.Position = dataStart + entry.GetProperty("data_offsets")[0].GetInt64();
        file.ReadExactly(MemoryMarshal.AsBytes(destination));
    }
}
