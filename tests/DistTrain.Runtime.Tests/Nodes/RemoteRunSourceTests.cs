using System.Net;
using DistTrain.Protocol;

namespace DistTrain.Runtime.Tests.Nodes;

public sealed class RemoteRunSourceTests
{
    [Fact]
    public async Task Load_WithoutACopy_FetchesTheDataOnceAndKeepsItByHash()
    {
        using var tiny = new TinyRun();
        await using var cluster = new TestCluster(tiny, "out", TrainingObserver.None);
        IPEndPoint address = await cluster.Address;
        LoadedRun loaded = tiny.Loaded;
        string folder = tiny.Out("copies");
        var welcome = new CoordinatorMessage.Welcome(
            new WorkerId(1), new Term(1), loaded.RunJson, loaded.RunHash, tiny.Data.ContentHash, "/nowhere/to/be/found");
        var dialer = new LinkDialer("127.0.0.1", address.Port, TestCluster.Token, null);
        var log = new List<string>();

        using (var source = new RemoteRunSource(() => dialer, folder, log.Add))
        {
            LoadedRun fetched = await source.LoadAsync(welcome, default);
            Assert.Equal(loaded.RunHash, fetched.RunHash);
            Assert.Equal(tiny.Data.ContentHash, fetched.Data.ContentHash);
            Assert.Same(fetched, await source.LoadAsync(welcome, default));
        }

        using (var again = new RemoteRunSource(() => dialer, folder, log.Add))
        {
            await again.LoadAsync(welcome, default);
        }

        Assert.Equal([$"{tiny.Data.ContentHash}.prepared"], Directory.GetFiles(folder).Select(Path.GetFileName));
        string joined = $"joined the run as worker 1: {loaded.Network.Parameters.Length:N0} parameters, 100 rows to train";
        Assert.Equal(4, log.Count);
        Assert.Contains("came from the coordinator", log[0], StringComparison.Ordinal);
        Assert.Equal(joined, log[1]);
        Assert.Contains("was here already", log[2], StringComparison.Ordinal);
        Assert.Equal(joined, log[3]);
    }

    /// <summary>A connection that breaks may heal, and the worker is to come again; a full disk is its own affair.</summary>
    [Fact]
    public async Task Load_WhoseDataIsCutOff_SaysThatItMayHeal()
    {
        using var tiny = new TinyRun();
        LoadedRun loaded = tiny.Loaded;
        await using var acceptor = new LinkAcceptor(new IPEndPoint(IPAddress.Loopback, 0), "", null);
        acceptor.Start(static link => link.Stream.Dispose(), static _ => { });
        using var source = new RemoteRunSource(
            () => new LinkDialer("127.0.0.1", acceptor.Address.Port, "", null), tiny.Out("copies"), static _ => { });
        var host = new Host();

        await RunLoading.LoadAsync(
            source, host,
            new CoordinatorMessage.Welcome(
                new WorkerId(1), new Term(1), loaded.RunJson, loaded.RunHash, tiny.Data.ContentHash, ""),
            default);

        Assert.True(Assert.IsType<WorkerInput.NotLoaded>(host.Posted).MayHeal);
    }

    [Fact]
    public async Task Data_ThatTheDiskDoesNotTake_IsNoFaultOfTheConnection()
    {
        using var tiny = new TinyRun();
        string file = tiny.Out("data");
        await File.WriteAllTextAsync(file, "some bytes");
        using var sent = new MemoryStream();
        await DataService.SendAsync(sent, file, default);

        sent.Position = 0;
        await Assert.ThrowsAsync<IOException>(() => DataService.ReceiveAsync(sent, new FullDisk(), default));

        sent.Position = 0;
        sent.SetLength(sent.Length - 1);
        LinkException cut = await Assert.ThrowsAsync<LinkException>(
            () => DataService.ReceiveAsync(sent, new MemoryStream(), default));
        Assert.False(cut.IsFinal);
    }

    private sealed class FullDisk : MemoryStream
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            throw new IOException("no space left on device");
    }

    private sealed class Host : IWorkerHost
    {
        public WorkerInput? Posted { get; private set; }

        public void Post(WorkerInput input) => Posted = input;

        public void Reconnect(TimeSpan after, string reason)
        {
        }

        public void Finish(RunEnd end)
        {
        }
    }

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("ABCDEF")]
    public async Task Load_AHashThatIsNone_IsRefused(string hash)
    {
        using var tiny = new TinyRun();
        LoadedRun loaded = tiny.Loaded;
        var welcome = new CoordinatorMessage.Welcome(
            new WorkerId(1), new Term(1), loaded.RunJson, loaded.RunHash, hash, "");
        using var source = new RemoteRunSource(() => new LinkDialer("127.0.0.1", 1, "", null), tiny.Out("copies"), _ => { });

        await Assert.ThrowsAsync<TrainingException>(() => source.LoadAsync(welcome, default));
    }
}
