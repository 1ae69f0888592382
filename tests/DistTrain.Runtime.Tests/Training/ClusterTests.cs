using System.Net;
using System.Net.Sockets;
using DistTrain.Protocol;

namespace DistTrain.Runtime.Tests.Training;

/// <summary>Workers over TCP on loopback, coordinator and workers in this process.</summary>
public sealed class ClusterTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Weights_AnyWorkersOverTcp_EqualThoseInProcess()
    {
        using var tiny = new TinyRun();
        TrainingResult local = await LocalTraining.RunAsync(tiny.Request("local"), TrainingObserver.None, default);
        foreach (int workers in (int[])[1, 2, 3, 5, 7, 8])
        {
            await using var cluster = new TestCluster(tiny, $"tcp-{workers}", TrainingObserver.None, workers);
            for (int worker = 0; worker < workers; worker++)
            {
                await cluster.JoinAsync(threads: 1 + (worker % 2));
            }

            TrainingResult result = await cluster.Result.WaitAsync(Patience);
            Assert.Equal(local.Summary.WeightsSha256, result.Summary.WeightsSha256);
            Assert.All(await cluster.WorkerEnds().WaitAsync(Patience), end => Assert.Equal(RunEndKind.Completed, end.Kind));
        }
    }

    [SkippableTheory]
    [InlineData(LinkKind.Tcp, LinkKind.Auto)]
    [InlineData(LinkKind.Auto, LinkKind.Tcp)]
    [InlineData(LinkKind.Shared, LinkKind.Shared)]
    [InlineData(LinkKind.Tcp, LinkKind.Tcp)]
    public async Task Weights_AnyKindOfLink_AreTheSame(LinkKind coordinator, LinkKind worker)
    {
        Skip.If(coordinator == LinkKind.Shared && !OperatingSystem.IsLinux(), "shared memory is a Linux matter");
        using var tiny = new TinyRun();
        TrainingResult local = await LocalTraining.RunAsync(tiny.Request("local"), TrainingObserver.None, default);
        await using var cluster = new TestCluster(tiny, "out", TrainingObserver.None, workersMin: 2, link: coordinator);
        await cluster.JoinAsync(link: worker);
        await cluster.JoinAsync(threads: 2, link: worker);
        TrainingResult result = await cluster.Result.WaitAsync(Patience);
        Assert.Equal(local.Summary.WeightsSha256, result.Summary.WeightsSha256);
    }

    [SkippableFact]
    public async Task Worker_ThatMustNotShare_IsSentAwayByACoordinatorThatMust()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "shared memory is a Linux matter");
        using var tiny = new TinyRun();
        var observer = new RecordingObserver();
        await using var cluster = new TestCluster(tiny, "out", observer, link: LinkKind.Shared);
        using CancellationTokenSource leave = await cluster.JoinAsync(link: LinkKind.Tcp);
        await cluster.JoinAsync(link: LinkKind.Shared);
        await cluster.Result.WaitAsync(Patience);
        await leave.CancelAsync();
        Assert.DoesNotContain(
            observer.Notices, notice => notice is Notice.WorkerJoined joined && joined.Name == "test 1");
    }

    [Fact]
    public async Task Workers_OneCutOffAndOneAddedInMidRun_ChangeNothing()
    {
        using var tiny = new TinyRun(""" "batchSize": 20, "shards": 8, "epochs": 60 """);
        TrainingResult local = await LocalTraining.RunAsync(tiny.Request("local"), TrainingObserver.None, default);
        await using var proxy = new CuttableProxy();
        var added = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        TestCluster? cluster = null;
        RecordingObserver observer = new RecordingObserver()
            .At(40, () => proxy.Cut())
            .At(90, () => _ = cluster!.JoinAsync().ContinueWith(_ => added.TrySetResult(), TaskScheduler.Default));
        cluster = new TestCluster(tiny, "tcp", observer, workersMin: 2);
        await using TestCluster disposed = cluster;
        proxy.Start(await cluster.Address);
        using var victimLeaves = new CancellationTokenSource();
        Task<RunEnd> victim = WorkerNode.RunAsync(
            new WorkerRequest { Host = "127.0.0.1", Port = proxy.Port, Token = TestCluster.Token, Name = "victim" },
            victimLeaves.Token);
        await cluster.JoinAsync();
        await cluster.JoinAsync();

        TrainingResult result = await cluster.Result.WaitAsync(Patience);

        await added.Task.WaitAsync(Patience);
        await victimLeaves.CancelAsync();
        await victim.WaitAsync(Patience);
        Assert.Equal(local.Summary.WeightsSha256, result.Summary.WeightsSha256);
        Assert.Contains(observer.Notices, notice => notice is Notice.WorkerLost);
        Assert.True(result.Summary.Recoveries >= 1);
    }

    [Fact]
    public async Task Worker_AskedToLeave_HandsItsShardsBackAndTheRunGoesOn()
    {
        using var tiny = new TinyRun(""" "batchSize": 20, "shards": 8, "epochs": 40 """);
        TrainingResult local = await LocalTraining.RunAsync(tiny.Request("local"), TrainingObserver.None, default);
        CancellationTokenSource? leave = null;
        RecordingObserver observer = new RecordingObserver().At(30, () => leave!.Cancel());
        await using var cluster = new TestCluster(tiny, "tcp", observer, workersMin: 2);
        leave = await cluster.JoinAsync();
        await cluster.JoinAsync();
        await cluster.JoinAsync();

        TrainingResult result = await cluster.Result.WaitAsync(Patience);

        RunEnd[] ends = await cluster.WorkerEnds().WaitAsync(Patience);
        Assert.Equal(RunEndKind.Stopped, ends[0].Kind);
        Assert.Equal(local.Summary.WeightsSha256, result.Summary.WeightsSha256);
        Assert.Contains(observer.Notices, notice => notice is Notice.WorkerLeft);
    }

    [Fact]
    public async Task Strangers_WrongTokenGarbageAndSilence_AreKeptOutAndTheRunGoesOn()
    {
        using var tiny = new TinyRun();
        var observer = new RecordingObserver();
        await using var cluster = new TestCluster(tiny, "tcp", observer, workersMin: 2);
        IPEndPoint address = await cluster.Address;

        using var silent = new TcpClient();
        await silent.ConnectAsync(address);
        using var garbage = new TcpClient();
        await garbage.ConnectAsync(address);
        await garbage.GetStream().WriteAsync("GET / HTTP/1.1\r\nHost: example\r\n\r\n and then some more"u8.ToArray());
        byte[] answer = new byte[16];
        int bytes;
        try
        {
            bytes = await garbage.GetStream().ReadAsync(answer).AsTask().WaitAsync(Patience);
        }
        catch (IOException)
        {
            bytes = 0;
        }

        await cluster.JoinAsync(token: "another token altogether");
        RunEnd wrongToken = (await cluster.WorkerEnds().WaitAsync(Patience))[0];
        await cluster.JoinAsync();
        await cluster.JoinAsync();
        TrainingResult result = await cluster.Result.WaitAsync(Patience);

        Assert.Equal(0, bytes);
        Assert.Equal(RunEndKind.Failed, wrongToken.Kind);
        Assert.Contains("token", wrongToken.Reason, StringComparison.Ordinal);
        Assert.Equal(RunEndKind.Completed, result.End.Kind);
        Assert.Contains(observer.Messages, message => message.Contains("its token is not", StringComparison.Ordinal));
        Assert.Contains(observer.Messages, message => message.Contains("DTRN", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Coordinator_StoppedAndStartedAgain_ItsWorkersComeBackByThemselves()
    {
        using var tiny = new TinyRun(""" "batchSize": 20, "shards": 8, "epochs": 40 """);
        TrainingResult local = await LocalTraining.RunAsync(tiny.Request("local"), TrainingObserver.None, default);
        await using var proxy = new CuttableProxy();
        RecordingObserver observer = new();
        var first = new TestCluster(tiny, "tcp", observer.At(50, () => proxy.Cut()), workersMin: 1);
        proxy.Start(await first.Address);
        using var leave = new CancellationTokenSource();
        Task<RunEnd> worker = WorkerNode.RunAsync(
            new WorkerRequest { Host = "127.0.0.1", Port = proxy.Port, Token = TestCluster.Token, Name = "survivor" },
            leave.Token);
        await first.Address;
        while (!observer.Notices.Any(notice => notice is Notice.WorkerLost))
        {
            await Task.Yield();
        }

        first.Stop();
        TrainingResult stopped = await first.Result.WaitAsync(Patience);
        await first.DisposeAsync();
        await using var second = new TestCluster(tiny, "tcp", TrainingObserver.None, resume: true);
        proxy.Start(await second.Address);

        TrainingResult result = await second.Result.WaitAsync(Patience);

        Assert.Equal(RunEndKind.Stopped, stopped.End.Kind);
        Assert.Equal(local.Summary.WeightsSha256, result.Summary.WeightsSha256);
        Assert.Equal(RunEndKind.Completed, (await worker.WaitAsync(Patience)).Kind);
    }

    [Fact]
    public async Task TwoCoordinators_OfOneFolder_TheOneOfThePastWritesNothingOverTheOthersResults()
    {
        using var tiny = new TinyRun();
        var observer = new RecordingObserver();
        var folder = new OutFolder(tiny.Out("out"));
        await using var past = new TestCluster(tiny, "out", observer);
        await past.Address;
        await using var later = new TestCluster(tiny, "out", TrainingObserver.None, resume: true);
        await later.JoinAsync();
        Assert.Equal(RunEndKind.Completed, (await later.Result.WaitAsync(Patience)).End.Kind);
        byte[][] results = [File.ReadAllBytes(folder.Model), File.ReadAllBytes(folder.Summary)];
        Assert.True(File.Exists(folder.PreparedData), "the other coordinator's workers may ask for it");

        past.Stop();

        Assert.Equal(RunEndKind.Stopped, (await past.Result.WaitAsync(Patience)).End.Kind);
        Assert.Equal(results, [File.ReadAllBytes(folder.Model), File.ReadAllBytes(folder.Summary)]);
        Assert.Contains(observer.Messages, line => line.StartsWith("a later coordinator writes to ", StringComparison.Ordinal));
        Assert.False(File.Exists(folder.PreparedData));
    }

    [Fact]
    public async Task TwoCoordinators_OfOneFolder_TheOneThatStaysHasDataForItsWorkers()
    {
        using var tiny = new TinyRun();
        var folder = new OutFolder(tiny.Out("out"));
        await using var first = new TestCluster(tiny, "out", TrainingObserver.None);
        await first.Address;
        await using var second = new TestCluster(tiny, "out", TrainingObserver.None, resume: true);
        await second.Address;
        first.Stop();
        await first.Result.WaitAsync(Patience);
        Assert.False(File.Exists(folder.PreparedData), "it went with the one that held the folder");

        await second.JoinAsync();

        Assert.Equal(RunEndKind.Completed, (await second.Result.WaitAsync(Patience)).End.Kind);
        Assert.False(File.Exists(folder.PreparedData));
    }

    [Fact]
    public async Task BusyPort_IsToldBeforeAnythingIsTouched()
    {
        using var tiny = new TinyRun();
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        await using var cluster = new TestCluster(
            tiny, "tcp", TrainingObserver.None, port: ((IPEndPoint)other.LocalEndpoint).Port);

        TrainingException refused = await Assert.ThrowsAsync<TrainingException>(() => cluster.Result.WaitAsync(Patience));

        Assert.Contains("in use", refused.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(tiny.Out("tcp")));
    }

    [Fact]
    public async Task Status_OfARunThatWaits_NamesWhatItWaitsFor()
    {
        using var tiny = new TinyRun();
        await using var cluster = new TestCluster(tiny, "tcp", TrainingObserver.None, workersMin: 2);
        IPEndPoint address = await cluster.Address;

        StatusReport report = await StatusClient.AskAsync("127.0.0.1", address.Port, TestCluster.Token, default);
        TrainingException refused = await Assert.ThrowsAsync<TrainingException>(
            () => StatusClient.AskAsync("127.0.0.1", address.Port, "wrong", default));

        Assert.Equal(0, report.Step);
        Assert.Contains("0 of 2", report.Reason, StringComparison.Ordinal);
        Assert.Contains("token", refused.Message, StringComparison.Ordinal);
    }
}
