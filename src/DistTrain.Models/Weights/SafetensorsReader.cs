using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace DistTrain.Models;

/// <summary>Reads weights from a safetensors file. The header is checked whole before anything is read.</summary>
public sealed class SafetensorsReader : IDisposable
{
    /// <summary>Bytes; as in the format's reference implementation.</summary>
    private const long HeaderBytesMax = 100_000_000;

    private const int ChunkBytes = 1 << 16;

    private readonly FileStream _stream;
    private readonly string _file;
    private readonly long _dataStart;
    private readonly SafetensorsHeader _header;

    private SafetensorsReader(FileStream stream, string file, long dataStart, SafetensorsHeader header)
    {
        _stream = stream;
        _file = file;
        _dataStart = dataStart;
        _header = header;
    }

    /// <summary>In order of position.</summary>
    public ImmutableArray<SafetensorsEntry> Tensors => _header.Tensors;

    public IReadOnlyDictionary<string, string> Metadata => _header.Metadata;

    /// <exception cref="WeightsException">It cannot be read, or is no safetensors file.</exception>
    public static SafetensorsReader Open(string path)
    {
        FileStream? stream = null;
        try
        {
            stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            byte[] json = ReadHeader(stream, path);
            long dataStart = sizeof(long) + json.Length;
            return new SafetensorsReader(
                stream, path, dataStart, SafetensorsHeader.Parse(json, stream.Length - dataStart, path));
        }
        catch (Exception failure)
        {
            stream?.Dispose();
            throw failure is IOException or UnauthorizedAccessException
                ? new WeightsException($"{path} cannot be read ({failure.Message.TrimEnd('.')}); check its name and permissions", failure)
                : failure;
        }
    }

    /// <summary>Reads the tensors of a model; names and shapes must be the model's, in any order.</summary>
    /// <param name="parameters">Shape (layout.Length,). F16, BF16 and F64 become float32.</param>
    /// <exception cref="WeightsException">Names the tensor that is missing, of another shape, or not finite.</exception>
    public void Read(ParameterLayout layout, Span<float> parameters)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(parameters.Length, layout.Length);
        Dictionary<string, SafetensorsEntry> entries = Tensors.ToDictionary(static tensor => tensor.Name, StringComparer.Ordinal);
        foreach (ParameterSlice slice in layout.Slices)
        {
            if (!entries.Remove(slice.Name, out SafetensorsEntry? entry))
            {
                throw new WeightsException($"{_file} has no tensor {slice.Name}: it holds another model's weights");
            }

            if (!entry.Shape.AsSpan().SequenceEqual([.. slice.Shape.Select(static dimension => (long)dimension)]))
            {
                throw new WeightsException(
                    $"{_file}: tensor {slice.Name} is {entry.Describe()}, expected the shape ({string.Join(", ", slice.Shape)}): "
                    + "it holds another model's weights");
            }
        }

        if (entries.Count > 0)
        {
            throw new WeightsException(
                $"{_file} has a tensor {entries.Keys.Order(StringComparer.Ordinal).First()} that the model has not: it holds another model's weights");
        }

        foreach (SafetensorsEntry entry in Tensors)
        {
            ParameterSlice slice = layout.Slices.First(slice => slice.Name == entry.Name);
            ReadTensor(entry, parameters.Slice(slice.Start, slice.Length));
        }
    }

    public void Dispose() => _stream.Dispose();

    private static byte[] ReadHeader(FileStream stream, string path)
    {
        Span<byte> lengthField = stackalloc byte[sizeof(long)];
        if (stream.ReadAtLeast(lengthField, sizeof(long), throwOnEndOfStream: false) < sizeof(long))
        {
            throw new WeightsException($"{path} has {stream.Length} bytes, which is no safetensors file; copy it again");
        }

        long length = BinaryPrimitives.ReadInt64LittleEndian(lengthField);
        if (length is < 2 or > HeaderBytesMax || length > stream.Length - sizeof(long))
        {
            throw new WeightsException(
                $"{path} claims a header of {(ulong)length:N0} bytes and has {stream.Length:N0} in all: it is not a safetensors "
                + "file, or it was cut off; copy it again");
        }

        byte[] json = new byte[length];
        stream.ReadExactly(json);
        return json;
    }

    private void ReadTensor(SafetensorsEntry entry, Span<float> destination)
    {
        int elementBytes = entry.Type switch
        {
            "F32" => sizeof(float),
            "F16" or "BF16" => sizeof(ushort),
            "F64" => sizeof(double),
            _ => throw new WeightsException(
                $"{_file}: tensor {entry.Name} is {entry.Describe()}, expected F32, F16, BF16 or F64; convert it"),
        };
        try
        {
            _stream.Position = _dataStart + entry.Start;
            byte[] chunk = new byte[ChunkBytes];
            for (int done = 0; done < destination.Length;)
            {
                Span<float> part = destination.Slice(done, Math.Min(ChunkBytes / elementBytes, destination.Length - done));
                Span<byte> bytes = chunk.AsSpan(0, part.Length * elementBytes);
                _stream.ReadExactly(bytes);
                Convert(bytes, entry.Type, part);
                done += part.Length;
            }
        }
        catch (IOException failure)
        {
            throw new WeightsException($"{_file}: tensor {entry.Name} cannot be read ({failure.Message.TrimEnd('.')})", failure);
        }

        int bad = IndexOfInfinite(destination);
        if (bad >= 0)
        {
            throw new WeightsException(
                $"{_file}: tensor {entry.Name} has {destination[bad]} at position {bad:N0}, expected finite numbers; train again");
        }
    }

    private static void Convert(ReadOnlySpan<byte> bytes, string type, Span<float> destination)
    {
        if (type == "F32" && BitConverter.IsLittleEndian)
        {
            bytes.CopyTo(MemoryMarshal.AsBytes(destination));
            return;
        }

        for (int index = 0; index < destination.Length; index++)
        {
            destination[index] = type switch
            {
                "F32" => BinaryPrimitives.ReadSingleLittleEndian(bytes[(index * sizeof(float))..]),
                "F16" => (float)BinaryPrimitives.ReadHalfLittleEndian(bytes[(index * sizeof(ushort))..]),
                "BF16" => BitConverter.UInt32BitsToSingle(
                    (uint)BinaryPrimitives.ReadUInt16LittleEndian(bytes[(index * sizeof(ushort))..]) << 16),
                _ => (float)BinaryPrimitives.ReadDoubleLittleEndian(bytes[(index * sizeof(double))..]),
            };
        }
    }

    private static int IndexOfInfinite(ReadOnlySpan<float> values)
    {
        for (int index = 0; index < values.Length; index++)
        {
            if (!float.IsFinite(values[index]))
            {
                return index;
            }
        }

        return -1;
    }
}
