using System.Text.Json;
using DistTrain.Protocol;
using DistTrain.Runtime.Security;

namespace DistTrain.Runtime;

/// <summary>Asks a coordinator how its run goes.</summary>
public static class StatusClient
{
    /// <param name="tls">Null: plain TCP.</param>
    /// <exception cref="TrainingException">Nobody listens there, or the token is wrong.</exception>
    public static async Task<StatusReport> AskAsync(
        string host, int port, string token, CancellationToken cancellation, TlsIdentity? tls = null)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(AnswerTimeMax);
        try
        {
            var dialer = new LinkDialer(host, port, token, tls);
            Stream stream = await dialer.DialAsync(LinkRole.Status, LinkSession.New(), limit.Token).ConfigureAwait(false);
            await using (stream.ConfigureAwait(false))
            {
                var sink = new StatusSink();
                await FramePump.RunAsync(stream, new FrameReader(FrameLimits.Control), sink, limit.Token).ConfigureAwait(false);
                return sink.Report ?? throw new TrainingException($"the coordinator at {host}:{port} is about to end");
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new TrainingException(
                $"the coordinator at {host}:{port} does not answer within {AnswerTimeMax.TotalSeconds:0} s");
        }
        catch (Exception error) when (error is LinkException or IOException or WireFormatException or JsonException)
        {
            throw new TrainingException(error.Message, error);
        }
    }

    private static readonly TimeSpan AnswerTimeMax = TimeSpan.FromSeconds(15);

    private sealed class StatusSink : IFrameSink
    {
        public StatusReport? Report { get; private set; }

        public Memory<byte> PlaceFor(in FrameHeader header, ReadOnlyMemory<byte> message) =>
            throw new WireFormatException("a status came with a payload, expected none");

        public ValueTask TakeAsync(FrameHeader header, ReadOnlyMemory<byte> message)
        {
            Report = JsonSerializer.Deserialize<StatusReport>(message.Span, RuntimeJson.Line);
            return ValueTask.CompletedTask;
        }

        public void Ended()
        {
        }
    }
}
