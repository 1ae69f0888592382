using System.Buffers.Binary;
using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>Hands the prepared data from the coordinator to a worker that has no copy: frames of a megabyte, then the end.</summary>
/// <remarks>Each frame's message is the total length in bytes (8, little-endian). The receiver checks the content hash.</remarks>
internal static class DataService
{
    /// <param name="dataFile">Null: an empty file is announced, which no worker accepts.</param>
    public static async Task SendAsync(Stream stream, string? dataFile, CancellationToken cancellation)
    {
        if (dataFile is null)
        {
            return;
        }

        using FileStream file = new(
            dataFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 0, FileOptions.Asynchronous);
        byte[] head = new byte[FrameHeader.Bytes + sizeof(long)];
        byte[] piece = new byte[PieceBytes];
        BinaryPrimitives.WriteInt64LittleEndian(head.AsSpan(FrameHeader.Bytes), file.Length);
        int count;
        while ((count = await file.ReadAsync(piece, cancellation).ConfigureAwait(false)) > 0)
        {
            FrameHeader.For(FrameKind.Data, head.AsSpan(FrameHeader.Bytes), piece.AsSpan(0, count)).Write(head);
            await stream.WriteAsync(head, cancellation).ConfigureAwait(false);
            await stream.WriteAsync(piece.AsMemory(0, count), cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Receives the whole file into a stream.</summary>
    /// <exception cref="LinkException">Cut off, or not what was announced.</exception>
    /// <exception cref="IOException">The destination takes no more.</exception>
    public static async Task ReceiveAsync(Stream stream, Stream destination, CancellationToken cancellation)
    {
        var reader = new FrameReader(new FrameLimits(sizeof(long), PieceBytes));
        var sink = new FileSink(destination);
        try
        {
            await FramePump.RunAsync(stream, reader, sink, cancellation).ConfigureAwait(false);
        }
        catch (Exception error) when (!sink.IsDestinationFailing && error is (IOException or WireFormatException))
        {
            throw new LinkException($"the data did not arrive whole: {error.Message}", isFinal: false, error);
        }

        if (sink.Received != sink.Total)
        {
            throw new LinkException(
                $"{sink.Received:N0} of {sink.Total:N0} bytes of data arrived", isFinal: false);
        }
    }

    private const int PieceBytes = 1 << 20;

    private sealed class FileSink(Stream destination) : IFrameSink
    {
        private readonly byte[] _piece = new byte[PieceBytes];

        public long Received { get; private set; }

        public long Total { get; private set; } = -1;

        /// <summary>What broke was not the connection.</summary>
        public bool IsDestinationFailing { get; private set; }

        public Memory<byte> PlaceFor(in FrameHeader header, ReadOnlyMemory<byte> message)
        {
            if (header.Kind != FrameKind.Data || message.Length != sizeof(long))
            {
                throw new WireFormatException($"a {header.Kind} frame came, expected a piece of the data");
            }

            Total = BinaryPrimitives.ReadInt64LittleEndian(message.Span);
            return _piece.AsMemory(0, header.PayloadBytes);
        }

        public async ValueTask TakeAsync(FrameHeader header, ReadOnlyMemory<byte> message)
        {
            Received += header.PayloadBytes;
            if (Received > Total)
            {
                throw new WireFormatException($"more than the {Total:N0} bytes that were announced came");
            }

            IsDestinationFailing = true;
            await destination.WriteAsync(_piece.AsMemory(0, header.PayloadBytes)).ConfigureAwait(false);
            IsDestinationFailing = false;
        }

        public void Ended()
        {
        }
    }
}
