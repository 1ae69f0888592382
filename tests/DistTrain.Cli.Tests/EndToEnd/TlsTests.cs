using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using DistTrain.Runtime.Security;

namespace DistTrain.Cli.Tests.EndToEnd;

/// <summary>A cluster with mutual TLS: the same weights, and strangers who are refused by name while it trains.</summary>
public sealed class TlsTests : IDisposable
{
    private const string Run = "examples/digits/run.json";
    private const string Epochs = "training.epochs=100";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Cluster_WithCertificates_RefusesStrangersByNameAndGivesTheSameWeights()
    {
        CommandResult made = await DistTrainCommand.RunAsync(
            "certificates", "--out", _folder["pem"], "--hosts", "coordinator,worker");
        Assert.True(made.ExitCode == 0, made.Errors);
        using DistTrainCommand coordinator = DistTrainCommand.Start(
            ["coordinator", Run, "--listen", "127.0.0.1:0", "--min-workers", "2", "--json", "--set", Epochs,
                "--out", _folder["out"], .. Identity("coordinator")]);
        string address = (string)JsonNode.Parse(
            await coordinator.WaitForLineAsync(line => line.Contains("\"listening\"", StringComparison.Ordinal)))!["address"]!;
        using DistTrainCommand first = StartWorker(address, 1);
        await coordinator.WaitForLineAsync(line => line.Contains("\"workerJoined\"", StringComparison.Ordinal));

        // The run waits for its second worker, so that the strangers come before its end on any machine.
        await RefuseStrangersAsync(coordinator, IPEndPoint.Parse(address));
        using DistTrainCommand second = StartWorker(address, 2);
        CommandResult result = await coordinator.EndAsync();

        CommandResult alone = await DistTrainCommand.RunAsync(
            "train", Run, "--json", "--set", Epochs, "--out", _folder["alone"]);
        Assert.Equal(alone.WeightsSha256, result.WeightsSha256);
        Assert.Equal(0, (int)result.Summary["recoveries"]!);
        Assert.Equal(0, (await first.EndAsync()).ExitCode);
        Assert.Equal(0, (await second.EndAsync()).ExitCode);
    }

    private async Task RefuseStrangersAsync(DistTrainCommand coordinator, IPEndPoint address)
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        using CertificateAuthority ours = CertificateAuthority.Open(_folder["pem/ca.pem"], _folder["pem/ca.key"]);
        using X509Certificate2 expired = ours.Issue(["old-worker"], now.AddDays(-1).AddMinutes(-30), daysValid: 1);
        using CertificateAuthority foreign = CertificateAuthority.Create("foreign", now);
        using X509Certificate2 stranger = foreign.Issue(["stranger"], now, daysValid: 1);

        await RefuseAsync("it showed no certificate", stream => HandshakeAsync(stream, null));
        await RefuseAsync("its certificate for old-worker expired on ", stream => HandshakeAsync(stream, expired));
        await RefuseAsync(
            "its certificate for stranger was issued by another authority (foreign authority)",
            stream => HandshakeAsync(stream, stranger));
        await RefuseAsync(
            "it speaks plain text, this cluster wants TLS",
            stream => stream.WriteAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray()).AsTask());

        // One line names the peer and says why.
        async Task RefuseAsync(string why, Func<NetworkStream, Task> speak)
        {
            using var client = new TcpClient();
            await client.ConnectAsync(address);
            string who = $"127.0.0.1:{((IPEndPoint)client.Client.LocalEndPoint!).Port}";
            await speak(client.GetStream());
            await coordinator.WaitForLineAsync(line => line.Contains($"{who} was refused: {why}", StringComparison.Ordinal));
        }
    }

    private static async Task HandshakeAsync(NetworkStream stream, X509Certificate2? certificate)
    {
        using var tls = new SslStream(stream, leaveInnerStreamOpen: true);
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = "coordinator",
            RemoteCertificateValidationCallback = (_, server, _, _) => server is not null,
            ClientCertificateContext = certificate is null
                ? null
                : SslStreamCertificateContext.Create(certificate, null, offline: true),
        };
        try
        {
            await tls.AuthenticateAsClientAsync(options);
        }
        catch (Exception failure) when (failure is AuthenticationException or IOException)
        {
            // Under TLS 1.2 the refusal reaches the client in the handshake, under TLS 1.3 after it.
        }
    }

    private DistTrainCommand StartWorker(string address, int number) => DistTrainCommand.Start(
        ["worker", "--join", address, "--data-dir", _folder[$"data-{number}"], .. Identity("worker")]);

    private string[] Identity(string name) =>
    [
        "--tls-certificate", _folder[$"pem/{name}.pem"], "--tls-key", _folder[$"pem/{name}.key"],
        "--tls-authority", _folder["pem/ca.pem"],
    ];
}
