using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using DistTrain.Protocol;

namespace DistTrain.Runtime.Tests.Links;

public sealed class HandshakeTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData("secret of one", "secret of one", true)]
    [InlineData("", "", true)]
    [InlineData("secret of one", "secret of another", false)]
    [InlineData("secret of one", "", false)]
    public async Task Admission_OfSomeToken_NeedsTheSameToken(string server, string client, bool isAdmitted)
    {
        var admitted = new TaskCompletionSource<AdmittedLink>();
        var refused = new TaskCompletionSource<string>();
        await using var acceptor = new LinkAcceptor(new IPEndPoint(IPAddress.Loopback, 0), server, null);
        acceptor.Start(admitted.SetResult, refused.SetResult);
        LinkSession session = LinkSession.New();
        var dialer = new LinkDialer("127.0.0.1", acceptor.Address.Port, client, null);

        if (isAdmitted)
        {
            await using Stream stream = await dialer.DialAsync(LinkRole.Tensor, session, default);
            AdmittedLink link = await admitted.Task.WaitAsync(Patience);
            Assert.Equal((LinkRole.Tensor, session), (link.Role, link.Session));
            await link.Stream.DisposeAsync();
        }
        else
        {
            LinkException told = await Assert.ThrowsAsync<LinkException>(
                () => dialer.DialAsync(LinkRole.Control, session, default));
            Assert.True(told.IsFinal);
            Assert.Contains("token", told.Message, StringComparison.Ordinal);
            Assert.Contains("token", await refused.Task.WaitAsync(Patience), StringComparison.Ordinal);
            Assert.DoesNotContain("secret", told.Message, StringComparison.Ordinal);
        }
    }

    /// <summary>Version 1 did not know pipes in shared memory, and would take their first frame for garbage.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Admission_OfAnotherVersion_IsRefusedForGoodAndSaysWhichIsExpected(int version)
    {
        var refused = new TaskCompletionSource<string>();
        await using var acceptor = new LinkAcceptor(new IPEndPoint(IPAddress.Loopback, 0), "", null);
        acceptor.Start(_ => Assert.Fail("admitted"), refused.SetResult);
        using var client = new TcpClient();
        await client.ConnectAsync(acceptor.Address);
        NetworkStream stream = client.GetStream();
        byte[] hello = new byte[8 + LinkSession.Bytes + 32];
        BinaryPrimitives.WriteInt32LittleEndian(hello, version);
        BinaryPrimitives.WriteInt32LittleEndian(hello.AsSpan(4), (int)LinkRole.Control);
        await SendAsync(stream, hello);
        byte[] challenge = await ReceiveAsync(stream);
        byte[] said = [.. "client"u8, .. hello, .. challenge];
        await SendAsync(stream, HMACSHA256.HashData(Array.Empty<byte>(), said));
        byte[] verdict = await ReceiveAsync(stream);

        string expected = $"it speaks protocol version {version}, expected 2: run the same version everywhere";
        Assert.Equal(0, verdict[0]);
        Assert.Equal(expected, Encoding.UTF8.GetString(verdict.AsSpan(33)));
        Assert.EndsWith($" was refused: {expected}", await refused.Task.WaitAsync(Patience), StringComparison.Ordinal);
    }

    /// <summary>A coordinator of an older build says what it makes of this version; the worker does not come again.</summary>
    [Fact]
    public async Task Dial_ToAServerOfAnotherVersion_EndsWithItsRefusal()
    {
        const string Refusal = "it speaks protocol version 2, expected 1: run the same version everywhere";
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        Task<Stream> dialing = new LinkDialer("127.0.0.1", port, "", null).DialAsync(LinkRole.Control, LinkSession.New(), default);
        using TcpClient server = await listener.AcceptTcpClientAsync();
        NetworkStream stream = server.GetStream();
        byte[] hello = await ReceiveAsync(stream);
        await SendAsync(stream, new byte[32]);
        await ReceiveAsync(stream);
        await SendAsync(stream, [0, .. new byte[32], .. Encoding.UTF8.GetBytes(Refusal)]);

        LinkException told = await Assert.ThrowsAsync<LinkException>(() => dialing.WaitAsync(Patience));

        Assert.Equal(2, BinaryPrimitives.ReadInt32LittleEndian(hello));
        Assert.True(told.IsFinal);
        Assert.Equal($"127.0.0.1:{port}: the coordinator refused this node: {Refusal}", told.Message);
    }

    [Fact]
    public async Task Garbage_OfAnyKind_IsRefusedAndClosed()
    {
        var random = new Random(20261122);
        await using var acceptor = new LinkAcceptor(new IPEndPoint(IPAddress.Loopback, 0), "token", null);
        acceptor.Start(_ => Assert.Fail("admitted"), _ => { });
        for (int trial = 0; trial < 50; trial++)
        {
            byte[] bytes = new byte[random.Next(28, 2000)];
            random.NextBytes(bytes);
            if (trial % 2 == 0)
            {
                "DTRN"u8.CopyTo(bytes);
                bytes[4] = 1;
                bytes[5] = (byte)(trial % 7);
            }

            using var client = new TcpClient();
            await client.ConnectAsync(acceptor.Address);
            int answer;
            try
            {
                await client.GetStream().WriteAsync(bytes);
                answer = await client.GetStream().ReadAsync(new byte[1]).AsTask().WaitAsync(Patience);
            }
            catch (IOException)
            {
                answer = 0;
            }

            Assert.Equal(0, answer);
        }
    }

    [Fact]
    public async Task Dial_WhereNobodyListens_SaysSo()
    {
        using var closed = new TcpListener(IPAddress.Loopback, 0);
        closed.Start();
        int port = ((IPEndPoint)closed.LocalEndpoint).Port;
        closed.Stop();

        LinkException told = await Assert.ThrowsAsync<LinkException>(
            () => new LinkDialer("127.0.0.1", port, "", null).DialAsync(LinkRole.Control, LinkSession.New(), default));

        Assert.False(told.IsFinal);
        Assert.Contains("cannot be reached", told.Message, StringComparison.Ordinal);
    }

    private static async Task SendAsync(NetworkStream stream, byte[] message)
    {
        byte[] header = new byte[FrameHeader.Bytes];
        FrameHeader.For(FrameKind.Handshake, message, []).Write(header);
        await stream.WriteAsync((byte[])[.. header, .. message]);
    }

    private static async Task<byte[]> ReceiveAsync(NetworkStream stream)
    {
        byte[] header = new byte[FrameHeader.Bytes];
        await stream.ReadExactlyAsync(header).AsTask().WaitAsync(Patience);
        byte[] message = new byte[FrameHeader.Read(header, FrameLimits.BeforeAdmission).MessageBytes];
        await stream.ReadExactlyAsync(message).AsTask().WaitAsync(Patience);
        return message;
    }
}
