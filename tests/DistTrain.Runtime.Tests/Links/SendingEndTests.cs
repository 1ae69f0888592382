using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using DistTrain.Runtime.Tests.Security;

namespace DistTrain.Runtime.Tests.Links;

/// <summary>TLS tells its end with a write of its own, for which the connection may have no room.</summary>
public sealed class SendingEndTests
{
    /// <summary>Only a failing test waits so long.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Finish_OverTls_TellsTheEndAndStillHears()
    {
        await using TlsPair pair = await TlsPair.ConnectAsync();
        var sender = new FrameSender(pair.Near, 1, static reason => Assert.Fail(reason));

        Assert.True(await sender.FinishAsync(Patience).WaitAsync(Patience));

        byte[] piece = new byte[1];
        Assert.Equal(0, await pair.Far.ReadAsync(piece).AsTask().WaitAsync(Patience));
        await pair.Far.WriteAsync(new byte[] { 7 });
        Assert.Equal(1, await pair.Near.ReadAsync(piece).AsTask().WaitAsync(Patience));
    }

    [Fact]
    public async Task Finish_OverTlsToAPeerThatTakesNothingMore_GivesUpTellingTheEnd()
    {
        await using TlsPair pair = await TlsPair.ConnectAsync();
        pair.Wire.IsFull = true;
        var sender = new FrameSender(pair.Near, 1, static reason => Assert.Fail(reason));

        Assert.False(await sender.FinishAsync(TimeSpan.FromMilliseconds(30)).WaitAsync(Patience));

        Assert.True(pair.Wire.IsHeldUp, "nobody began to tell the end");
    }

    /// <summary>Both ends of one connection.</summary>
    private sealed record TlsPair(Wire Wire, SslStream Near, SslStream Far) : IAsyncDisposable
    {
        public static async Task<TlsPair> ConnectAsync()
        {
            using var listener = new Socket(SocketType.Stream, ProtocolType.Tcp);
            listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            listener.Listen(1);
            var far = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await far.ConnectAsync(listener.LocalEndPoint!);
            var wire = new Wire(await listener.AcceptAsync());
            (SslStream nearTls, SslStream farTls) =
                await TlsIdentities.EncryptAsync(wire, new NetworkStream(far, ownsSocket: true));
            return new TlsPair(wire, nearTls, farTls);
        }

        public async ValueTask DisposeAsync()
        {
            Wire.Room.SetResult();
            await Near.DisposeAsync();
            await Far.DisposeAsync();
        }
    }

    /// <summary>While it is full, what is written waits for room.</summary>
    private sealed class Wire(Socket socket) : NetworkStream(socket, ownsSocket: true)
    {
        public TaskCompletionSource Room { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool IsFull { get; set; }

        public bool IsHeldUp { get; private set; }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (IsFull)
            {
                IsHeldUp = true;
                await Room.Task.WaitAsync(cancellationToken);
            }

            await base.WriteAsync(buffer, cancellationToken);
        }
    }
}
