using System.Buffers.Binary;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using DistTrain.Protocol;
using DistTrain.Runtime.Security;
using DistTrain.Soak;
using static DistTrain.Cli.Tests.Faults.ProcessFaults;

namespace DistTrain.Cli.Tests.Faults;

/// <summary>Strangers at a real coordinator's port, while it trains.</summary>
[Collection(ProcessFaults.Name)]
public sealed class StrangerTests
{
    /// <summary>One that waits behind strangers that say nothing would wait for ever.</summary>
    private const int AnswerMillisecondsMax = 20_000;

    private const string Token = "the cluster's own token, long enough";

    [SkippableFact]
    public void Strangers_OfEveryKind_AreTurnedAwayAndChangeNothing()
    {
        SkipWhereSignalsAreMissing();
        using var folder = new TemporaryFolder();
        using RealCluster cluster = Start(folder, token: Token);
        RealWorker impostor = cluster.StartWorker("another token, just as long as that one");
        Assert.Equal(1, impostor.Node.WaitForEnd());
        Assert.Contains("its token is not this cluster's", impostor.Node.Said, StringComparison.Ordinal);

        List<TcpClient> halfOpen = [];
        for (int i = 0; i < 20; i++)
        {
            TcpClient client = Connect(cluster);
            client.GetStream().Write(Garbage(i));
            halfOpen.Add(client);
        }

        // More connections that say nothing than may wait for admission; whoever belongs here comes in all the same.
        halfOpen.AddRange(Enumerable.Range(0, 3 * AdmissionGate.WaitingMax).Select(_ => Connect(cluster)));
        Assert.Equal(
            "it speaks protocol version 1, expected 2: run the same version everywhere", Knock(cluster, version: 1, Token));
        Assert.Contains("its token is not this cluster's", Knock(cluster, ProtocolVersions.Current, "wrong"), StringComparison.Ordinal);
        cluster.StartWorker();
        cluster.Log.WaitForNotice("a line about garbage", notice =>
            notice.Kind == "message" && notice.Text.Contains("the peer does not speak DistTrain's protocol", StringComparison.Ordinal));
        cluster.Forget(impostor);

        AssertSameWeights(cluster);
        halfOpen.ForEach(client => client.Dispose());
    }

    private static TcpClient Connect(RealCluster cluster) => new("127.0.0.1", cluster.Port);

    private static byte[] Garbage(int seed)
    {
        byte[] bytes = new byte[seed * 100];
        new Random(seed).NextBytes(bytes);
        return seed % 2 == 0 ? bytes : [.. "GET / HTTP/1.1\r\n\r\n"u8, .. bytes];
    }

    /// <summary>The client's side of the handshake, in plain bytes.</summary>
    /// <returns>The reason in the coordinator's verdict.</returns>
    private static string Knock(RealCluster cluster, int version, string token)
    {
        using TcpClient client = Connect(cluster);
        client.ReceiveTimeout = AnswerMillisecondsMax;
        using NetworkStream stream = client.GetStream();
        byte[] hello = new byte[56];
        BinaryPrimitives.WriteInt32LittleEndian(hello, version);
        BinaryPrimitives.WriteInt32LittleEndian(hello.AsSpan(4), 1);
        Send(stream, hello);
        byte[] challenge = Receive(stream);
        byte[] said = [.. "client"u8, .. hello, .. challenge];
        Send(stream, HMACSHA256.HashData(Encoding.UTF8.GetBytes(token), said));
        byte[] verdict = Receive(stream);
        Assert.Equal(0, verdict[0]);
        return Encoding.UTF8.GetString(verdict.AsSpan(33));
    }

    private static void Send(NetworkStream stream, byte[] message)
    {
        byte[] header = new byte[FrameHeader.Bytes];
        FrameHeader.For(FrameKind.Handshake, message, []).Write(header);
        stream.Write([.. header, .. message]);
    }

    private static byte[] Receive(NetworkStream stream)
    {
        byte[] header = new byte[FrameHeader.Bytes];
        stream.ReadExactly(header);
        byte[] message = new byte[BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(8))];
        stream.ReadExactly(message);
        return message;
    }
}
