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
        Assert.Equal(2, log.Count);
        Assert.Contains("came from the coordinator", log[0], StringComparison.Ordinal);
        Assert.Contains("was here already", log[1], StringComparison.Ordinal);
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
