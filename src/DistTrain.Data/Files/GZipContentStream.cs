using System.Buffers.Binary;
using System.IO.Compression;

namespace DistTrain.Data;

/// <summary>Decompresses a gzip file and notices when it was cut off.</summary>
/// <remarks>
/// <see cref="GZipStream"/> takes the end of a cut-off file for the end of its content (tried on .NET 10), which would
/// lose rows silently. A gzip file ends with the length of its content modulo 2³² (RFC 1952, ISIZE); that is compared.
/// </remarks>
internal sealed class GZipContentStream : ReadOnlyStream
{
    /// <summary>A gzip file's header, an empty block and the trailer (RFC 1952).</summary>
    private const int GZipBytesMin = 18;

    private readonly GZipStream _content;
    private readonly uint _expectedBytes;
    private uint _bytes;

    /// <param name="file">Seekable, at its start; disposed with this stream.</param>
    public GZipContentStream(FileStream file)
    {
        if (file.Length >= GZipBytesMin)
        {
            Span<byte> trailer = stackalloc byte[sizeof(uint)];
            file.Seek(-trailer.Length, SeekOrigin.End);
            file.ReadExactly(trailer);
            file.Seek(0, SeekOrigin.Begin);
            _expectedBytes = BinaryPrimitives.ReadUInt32LittleEndian(trailer);
        }
        else
        {
            _expectedBytes = uint.MaxValue;
        }

        _content = new GZipStream(file, CompressionMode.Decompress);
    }

    /// <exception cref="InvalidDataException">The content is damaged or cut off.</exception>
    public override int Read(Span<byte> buffer)
    {
        int count = _content.Read(buffer);
        _bytes += (uint)count;
        if (count == 0 && !buffer.IsEmpty && _bytes != _expectedBytes)
        {
            throw new InvalidDataException("it was cut off, or consists of several parts");
        }

        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _content.Dispose();
        }

        base.Dispose(disposing);
    }
}
