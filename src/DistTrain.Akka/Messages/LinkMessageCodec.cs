using System.Buffers;
using System.Text;
using DistTrain.Protocol;
using DistTrain.Runtime;
using MessagePack;

namespace DistTrain.Akka;

/// <summary>Link messages as MessagePack arrays [kind, attempt, fields...], strictly read.</summary>
internal static class LinkMessageCodec
{
    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    public static void Write(IBufferWriter<byte> output, LinkMessage message)
    {
        MessagePackWriter writer = new(output);
        switch (message)
        {
            case LinkMessage.Ask ask:
                Begin(ref writer, 2, AskKind, ask.Attempt);
                break;
            case LinkMessage.Offer offer:
                Begin(ref writer, 4, OfferKind, offer.Attempt);
                writer.Write(offer.Port);
                byte[] ticket = new byte[LinkSession.Bytes];
                offer.Ticket.Write(ticket);
                writer.Write(ticket);
                break;
            case LinkMessage.Opened opened:
                Begin(ref writer, 2, OpenedKind, opened.Attempt);
                break;
            case LinkMessage.Closed closed:
                Begin(ref writer, 3, ClosedKind, closed.Attempt);
                writer.Write(Shorten(closed.Reason));
                break;
            case LinkMessage.RunIsOver over:
                Begin(ref writer, 4, OverKind, over.Attempt);
                writer.Write(Shorten(over.Reason));
                writer.Write(over.Failed);
                break;
            default:
                throw new ArgumentException($"{message.GetType()} has no form on the wire", nameof(message));
        }

        writer.Flush();
    }

    /// <exception cref="WireFormatException">The bytes are not exactly one link message.</exception>
    public static LinkMessage Read(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            MessagePackReader reader = new(bytes);
            int fields = reader.ReadArrayHeader();
            int kind = reader.ReadInt32();
            int attempt = reader.ReadInt32();
            LinkMessage message = (kind, fields) switch
            {
                (AskKind, 2) => new LinkMessage.Ask(attempt),
                (OfferKind, 4) => new LinkMessage.Offer(attempt, Port(ref reader), Ticket(ref reader)),
                (OpenedKind, 2) => new LinkMessage.Opened(attempt),
                (OverKind, 4) => new LinkMessage.RunIsOver(attempt, Text(ref reader), reader.ReadBoolean()),
                (ClosedKind, 3) => new LinkMessage.Closed(attempt, Text(ref reader)),
                _ => throw new WireFormatException($"a link message has the kind {kind} and {fields} fields, no such is known"),
            };
            return reader.End
                ? message
                : throw new WireFormatException($"{bytes.Length - reader.Consumed} bytes follow a link message");
        }
        catch (Exception failure) when (failure
            is MessagePackSerializationException or EndOfStreamException or OverflowException or DecoderFallbackException)
        {
            throw new WireFormatException($"{bytes.Length} bytes are no link message: {failure.Message}");
        }
    }

    private static void Begin(ref MessagePackWriter writer, int fields, int kind, int attempt)
    {
        writer.WriteArrayHeader(fields);
        writer.Write(kind);
        writer.Write(attempt);
    }

    private static string Shorten(string text) => text.Length <= TextMax ? text : text[..TextMax];

    private static int Port(ref MessagePackReader reader)
    {
        int port = reader.ReadInt32();
        return port is > 0 and <= 65535
            ? port
            : throw new WireFormatException($"a link message offers the port {port}, expected 1 to 65535");
    }

    private static LinkSession Ticket(ref MessagePackReader reader)
    {
        Span<byte> ticket = stackalloc byte[LinkSession.Bytes];
        if (reader.ReadBytes() is not { Length: LinkSession.Bytes } found)
        {
            throw new WireFormatException($"a link message has no ticket of {LinkSession.Bytes} bytes");
        }

        found.CopyTo(ticket);
        return LinkSession.Read(ticket);
    }

    private static string Text(ref MessagePackReader reader)
    {
        ReadOnlySequence<byte>? text = reader.ReadStringSequence();
        return text is { Length: <= MessageLimits.TextBytesMax } found
            ? StrictUtf8.GetString(found)
            : throw new WireFormatException(
                $"a link message has a text of {text?.Length ?? 0} bytes, at most {MessageLimits.TextBytesMax} are taken");
    }

    private const int AskKind = 1;
    private const int OfferKind = 2;
    private const int OpenedKind = 3;
    private const int ClosedKind = 4;
    private const int OverKind = 5;

    /// <summary>Characters; in UTF-8 they stay below the limit.</summary>
    private const int TextMax = 1000;
}
