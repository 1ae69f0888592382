using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using DistTrain.Numerics;

namespace DistTrain.Runtime;

/// <summary>
/// One checkpoint as a file: magic, length of the header, header (JSON), weights, optimizer state, SHA-256 of all before.
/// </summary>
/// <remarks>
/// Written by <see cref="AtomicFile"/>: a crash at any moment leaves the old files and perhaps a temporary one, never half a
/// checkpoint under its final name. What a disk does to it later is found by the hash. Numbers are little-endian.
/// </remarks>
public sealed class CheckpointFile : IDisposable
{
    private CheckpointFile(CheckpointHeader header, AlignedBuffer weights, AlignedBuffer state)
    {
        Header = header;
        Weights = weights;
        State = state;
    }

    public CheckpointHeader Header { get; }

    public AlignedBuffer Weights { get; }

    public AlignedBuffer State { get; }

    /// <exception cref="IOException">Full or read-only disk; nothing is left under <paramref name="path"/>.</exception>
    public static void Write(string path, CheckpointHeader header, ReadOnlyMemory<byte> weights, AlignedBuffer state) =>
        AtomicFile.Write(path, file => WriteContent(file, header, weights, state));

    /// <summary>Reads and verifies everything.</summary>
    /// <exception cref="CheckpointException">Cut off, damaged, or no checkpoint at all.</exception>
    /// <exception cref="TrainingException">The disk or its permissions keep it from being read; it may well be whole.</exception>
    public static CheckpointFile Read(string path)
    {
        AlignedBuffer? weights = null;
        AlignedBuffer? state = null;
        try
        {
            using FileStream file = File.OpenRead(path);
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            CheckpointHeader header = ReadHeader(file, hash, out int headerBytes);
            long expected = StartBytes + headerBytes + (((long)header.ParameterCount + header.StateCount) * sizeof(float))
                + SHA256.HashSizeInBytes;
            if (file.Length != expected)
            {
                throw new CheckpointException(
                    $"{path} is damaged: it has {file.Length:N0} bytes, its header tells of {expected:N0}");
            }

            weights = new AlignedBuffer(header.ParameterCount);
            state = new AlignedBuffer(header.StateCount);
            ReadHashed(file, weights, hash);
            ReadHashed(file, state, hash);
            Span<byte> stored = stackalloc byte[SHA256.HashSizeInBytes];
            file.ReadExactly(stored);
            if (!stored.SequenceEqual(hash.GetHashAndReset()))
            {
                throw new CheckpointException($"{path} is damaged: its SHA-256 does not match");
            }

            return new CheckpointFile(header, weights, state);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException or CheckpointException)
        {
            weights?.Dispose();
            state?.Dispose();
            throw error switch
            {
                CheckpointException => error,
                EndOfStreamException or JsonException =>
                    new CheckpointException($"{path} cannot be read as a checkpoint: {error.Message.TrimEnd('.')}", error),
                _ => new TrainingException(
                    $"{path} cannot be read ({error.Message.TrimEnd('.')}); make it readable, or move it away to go on from the "
                    + "one before it", error),
            };
        }
    }

    public void Dispose()
    {
        Weights.Dispose();
        State.Dispose();
    }

    /// <summary>Reads what stands before the weights; whether the rest is whole stays open.</summary>
    /// <returns>Null: it is no checkpoint, or cannot be read.</returns>
    internal static CheckpointHeader? TryReadHeader(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            return ReadHeader(file, hash, out _);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException or CheckpointException)
        {
            return null;
        }
    }

    private static CheckpointHeader ReadHeader(FileStream file, IncrementalHash hash, out int headerBytes)
    {
        Span<byte> start = stackalloc byte[StartBytes];
        ReadHashed(file, start, hash);
        if (!start[..Magic.Length].SequenceEqual(Magic))
        {
            throw new CheckpointException($"{file.Name} is not a checkpoint of this version: it starts with other bytes");
        }

        headerBytes = BinaryPrimitives.ReadInt32LittleEndian(start[Magic.Length..]);
        if (headerBytes is < 2 or > HeaderBytesMax || headerBytes > file.Length)
        {
            throw new CheckpointException($"{file.Name} is damaged: its header claims {headerBytes:N0} bytes");
        }

        byte[] json = new byte[headerBytes];
        ReadHashed(file, json, hash);
        CheckpointHeader header = JsonSerializer.Deserialize<CheckpointHeader>(json, RuntimeJson.Line)
            ?? throw new CheckpointException($"{file.Name} is damaged: its header is empty");
        if (header.FindFault() is { } fault)
        {
            throw new CheckpointException($"{file.Name} is damaged: its header has {fault}");
        }

        return header;
    }

    private static void WriteContent(
        FileStream file, CheckpointHeader header, ReadOnlyMemory<byte> weights, AlignedBuffer state)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(header, RuntimeJson.Line);
        byte[] start = new byte[StartBytes + json.Length];
        Magic.CopyTo(start);
        BinaryPrimitives.WriteInt32LittleEndian(start.AsSpan(Magic.Length), json.Length);
        json.CopyTo(start, StartBytes);
        WriteHashed(file, start, hash);
        WriteHashed(file, weights.Span, hash);
        for (int done = 0; done < state.Length; done += PieceFloats)
        {
            WriteHashed(file, PieceOf(state, done), hash);
        }

        file.Write(hash.GetHashAndReset());
    }

    /// <summary>In pieces, so that hashing and writing share the cache and no other thread waits long for the disk.</summary>
    private static void WriteHashed(FileStream file, ReadOnlySpan<byte> bytes, IncrementalHash hash)
    {
        while (!bytes.IsEmpty)
        {
            ReadOnlySpan<byte> piece = bytes[..Math.Min(bytes.Length, PieceBytes)];
            hash.AppendData(piece);
            file.Write(piece);
            bytes = bytes[piece.Length..];
        }
    }

    private static void ReadHashed(FileStream file, Span<byte> bytes, IncrementalHash hash)
    {
        while (!bytes.IsEmpty)
        {
            Span<byte> piece = bytes[..Math.Min(bytes.Length, PieceBytes)];
            file.ReadExactly(piece);
            hash.AppendData(piece);
            bytes = bytes[piece.Length..];
        }
    }

    private static void ReadHashed(FileStream file, AlignedBuffer floats, IncrementalHash hash)
    {
        for (int done = 0; done < floats.Length; done += PieceFloats)
        {
            ReadHashed(file, PieceOf(floats, done), hash);
        }
    }

    /// <summary>A piece, because the whole of a large model's state has more bytes than a span counts.</summary>
    private static Span<byte> PieceOf(AlignedBuffer floats, int start) =>
        MemoryMarshal.AsBytes(floats.Span.Slice(start, Math.Min(floats.Length - start, PieceFloats)));

    private static ReadOnlySpan<byte> Magic => "DTCKPT01"u8;

    private const int StartBytes = 12;
    private const int HeaderBytesMax = 16 * 1024 * 1024;
    private const int PieceBytes = 1 << 20;
    private const int PieceFloats = PieceBytes / sizeof(float);
}

/// <summary>A checkpoint that cannot be used. The message names the file and what is wrong.</summary>
public sealed class CheckpointException(string message, Exception? inner = null) : Exception(message, inner);
