using System.Net;
using System.Net.Sockets;

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
}
