using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>Reads a stream frame by frame into a sink until it ends.</summary>
internal static class FramePump
{
    /// <summary>Small reads (headers, messages) come out of one buffer; payloads are read straight into their place.</summary>
    /// <exception cref="WireFormatException">The peer's bytes are not the protocol's.</exception>
    /// <exception cref="IOException">The connection broke.</exception>
    public static async Task RunAsync(Stream stream, FrameReader reader, IFrameSink sink, CancellationToken cancellation)
    {
        byte[] ahead = new byte[AheadBytes];
        int start = 0;
        int end = 0;
        var lowWater = new LowWater(stream);
        try
        {
            while (true)
            {
                int count;
                Memory<byte> space = reader.Space;
                if (start < end)
                {
                    count = Math.Min(space.Length, end - start);
                    ahead.AsSpan(start, count).CopyTo(space.Span);
                    start += count;
                }
                else if (space.Length >= AheadBytes)
                {
                    lowWater.Set(space.Length);
                    count = await stream.ReadAsync(space, cancellation).ConfigureAwait(false);
                    if (count == 0)
                    {
                        throw CutOff();
                    }
                }
                else
                {
                    start = 0;
                    lowWater.Set(1);
                    end = await stream.ReadAsync(ahead, cancellation).ConfigureAwait(false);
                    if (end > 0)
                    {
                        continue;
                    }

                    if (reader.IsBetweenFrames)
                    {
                        return;
                    }

                    throw CutOff();
                }

                await AdvanceAsync(reader, sink, count).ConfigureAwait(false);
            }
        }
        finally
        {
            sink.Ended();
        }
    }

    /// <summary>So many bytes were put into the reader's space.</summary>
    public static ValueTask AdvanceAsync(FrameReader reader, IFrameSink sink, int count)
    {
        switch (reader.Advance(count))
        {
            case FrameProgress.MessageReady:
                reader.ReceivePayload(sink.PlaceFor(reader.Header, reader.Message));
                return ValueTask.CompletedTask;
            case FrameProgress.FrameReady:
                return sink.TakeAsync(reader.Header, reader.Message);
            default:
                return ValueTask.CompletedTask;
        }
    }

    private static IOException CutOff() => new("the connection ended within a frame");

    private const int AheadBytes = 16 * 1024;
}
