using System.Buffers.Binary;
using System.Security.Cryptography;
using DistTrain.Numerics;

namespace DistTrain.Data;

/// <summary>
/// The one-file form: magic (8 bytes), length of the layout (int64), content hash (32), zeros up to 64; the layout; then
/// the sections. Layout and sections start at multiples of 64. Little-endian.
/// </summary>
internal static unsafe class PreparedDataFile
{
    private const int HeaderBytes = 64;
    private const int HashStart = 16;
    private const int ChunkBytes = 1 << 20;

    /// <summary>Bytes; names and scales of a few million columns.</summary>
    private const int LayoutBytesMax = 1 << 28;

    /// <summary>The last byte is the version.</summary>
    private static ReadOnlySpan<byte> Magic => "DTDATA\0\u0001"u8;

    /// <exception cref="IOException">The disk is full, or the folder cannot be written.</exception>
    public static void Write(string path, byte[] layout, byte[] hash, ReadOnlySpan<MemoryBlock> sections)
    {
        string temporary = $"{path}.{Environment.ProcessId}.temporary";
        try
        {
            using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, ChunkBytes))
            {
                Span<byte> header = stackalloc byte[HeaderBytes];
                header.Clear();
                Magic.CopyTo(header);
                BinaryPrimitives.WriteInt64LittleEndian(header[Magic.Length..], layout.Length);
                hash.CopyTo(header[HashStart..]);
                file.Write(header);
                WriteAligned(file, layout);
                foreach (MemoryBlock section in sections)
                {
                    for (long start = 0; start < section.Length; start += ChunkBytes)
                    {
                        file.Write(section.Span(start, (int)Math.Min(ChunkBytes, section.Length - start)));
                    }

                    Pad(file);
                }

                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <exception cref="DataException">Not such a file, cut off, or its hash is not the expected one.</exception>
    public static PreparedData Open(string path, string? expectedHash)
    {
        FileStream stream;
        try
        {
            stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"{path} cannot be opened ({failure.Message}); prepare the data again");
        }

        if (stream.Length < HeaderBytes)
        {
            long length = stream.Length;
            stream.Dispose();
            throw new DataException($"{path} has {length} bytes, which is no prepared data set; prepare the data again");
        }

        var file = new MemoryBlock.MappedFile(stream);
        try
        {
            return Open(file, path, expectedHash);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static PreparedData Open(MemoryBlock.MappedFile file, string path, string? expectedHash)
    {
        var header = new ReadOnlySpan<byte>(file.Pointer, HeaderBytes);
        if (!header.StartsWith(Magic))
        {
            throw new DataException($"{path} is not a prepared data set of this version; prepare the data again");
        }

        long layoutLength = BinaryPrimitives.ReadInt64LittleEndian(header[Magic.Length..]);
        if (layoutLength is < 0 or > LayoutBytesMax || layoutLength > file.Length - HeaderBytes)
        {
            throw new DataException($"{path} is damaged or cut off; prepare the data again");
        }

        byte[] layoutBytes = new ReadOnlySpan<byte>(file.Pointer + HeaderBytes, (int)layoutLength).ToArray();
        PreparedLayout layout = PreparedLayout.Read(layoutBytes, path);
        MemoryBlock[] sections = MapSections(file, layout, HeaderBytes + Aligned(layoutLength), path);
        byte[] hash = PreparedLayout.Hash(layoutBytes, sections);
        string contentHash = Convert.ToHexStringLower(hash);
        if (!hash.AsSpan().SequenceEqual(header.Slice(HashStart, SHA256.HashSizeInBytes)))
        {
            throw new DataException($"{path} is damaged: its content does not have the hash that it states; prepare the data again");
        }

        if (expectedHash is not null && !string.Equals(contentHash, expectedHash, StringComparison.OrdinalIgnoreCase))
        {
            throw new DataException(
                $"{path} holds other data: content hash {contentHash}, expected {expectedHash}; use the coordinator's data");
        }

        return new PreparedData(layout, layoutBytes, sections, contentHash, file);
    }

    private static MemoryBlock[] MapSections(MemoryBlock.MappedFile file, PreparedLayout layout, long start, string path)
    {
        Int128 end = start;
        for (int section = 0; section < PreparedLayout.SectionCount; section++)
        {
            end += Aligned(layout.SectionBytes(section));
        }

        if (end != file.Length)
        {
            throw new DataException(
                $"{path} has {file.Length:N0} bytes, expected {end:N0}: it was cut off or damaged; prepare the data again");
        }

        var sections = new MemoryBlock[PreparedLayout.SectionCount];
        for (int section = 0; section < sections.Length; section++)
        {
            long length = layout.SectionBytes(section);
            sections[section] = MemoryBlock.Map(file, start, length);
            start += Aligned(length);
        }

        return sections;
    }

    private static void WriteAligned(FileStream file, ReadOnlySpan<byte> bytes)
    {
        file.Write(bytes);
        Pad(file);
    }

    private static void Pad(FileStream file)
    {
        Span<byte> zeros = stackalloc byte[AlignedBuffer.Alignment];
        zeros.Clear();
        file.Write(zeros[..(int)(Aligned(file.Position) - file.Position)]);
    }

    private static long Aligned(long length) => (length + AlignedBuffer.Alignment - 1) / AlignedBuffer.Alignment * AlignedBuffer.Alignment;
}
