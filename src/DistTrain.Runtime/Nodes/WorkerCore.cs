using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>
/// A worker without its mailbox: gives each input to the machine and performs the effects. One call at a time; who calls,
/// and over what the messages travel, is the host's and the port's affair.
/// </summary>
public sealed class WorkerCore : IDisposable
{
    private readonly WorkerProtocol _machine;
    private readonly IRunSource _source;
    private readonly IWorkerHost _host;
    private readonly SumTable _sums = new();
    private readonly HeldWeights _weights = new();
    private readonly ArrivingVersions _versions = new();
    private readonly CancellationTokenSource _loading = new();
    private ICoordinatorPort? _port;
    private LoadedRun? _run;
    private NodeComputer? _computer;
    private ComputeParts _partsToTell;
    private SumHandle? _inHand;

    public WorkerCore(WorkerProtocol machine, IRunSource source, IWorkerHost host)
    {
        _machine = machine;
        _source = source;
        _host = host;
    }

    public Instant? NextDeadline => _machine.NextDeadline;

    /// <summary>Whether sums of this worker were handed to a connection.</summary>
    public bool HasDelivered { get; private set; }

    public void OnDeadline(Instant now) => Drive(now, new WorkerEvent.TimePassed());

    public void Handle(WorkerInput input)
    {
        Instant now = MonotonicClock.Now;
        switch (input)
        {
            case WorkerInput.Connected connected:
                Attach(connected.Port);
                Drive(now, new WorkerEvent.Connected());
                break;
            case WorkerInput.Arrived arrived when arrived.Port == _port:
                Drive(now, new WorkerEvent.MessageArrived(arrived.Message));
                break;
            case WorkerInput.WeightsArrived weights when weights.Port == _port:
                _weights.Keep(weights.Buffer);
                Drive(now, new WorkerEvent.WeightsArrived(weights.Header));
                break;
            case WorkerInput.Disconnected lost when lost.Port == _port || lost.Port is null:
                _port = null;
                Drive(now, new WorkerEvent.Disconnected(lost.Reason));
                break;
            case WorkerInput.Loaded loaded:
                Install(loaded.Run);
                Drive(now, new WorkerEvent.RunLoaded(
                    loaded.Run.RunHash, loaded.Run.Data.ContentHash, loaded.Run.Buckets.Count));
                break;
            case WorkerInput.NotLoaded failed:
                Drive(now, new WorkerEvent.RunNotLoaded(failed.Reason, failed.MayHeal));
                break;
            case WorkerInput.BucketComputed early:
                OnBucket(now, early.Bucket);
                break;
            case WorkerInput.Computed computed:
                OnComputed(now, computed.Node);
                break;
            case WorkerInput.LeaveRequested leave:
                Drive(now, new WorkerEvent.LeaveRequested(leave.Reason));
                break;
            default:
                Discard(input);
                break;
        }
    }

    /// <summary>Gives back what an input owns that will not be handled.</summary>
    public static void Discard(WorkerInput input)
    {
        switch (input)
        {
            case WorkerInput.Connected connected:
                connected.Port.Close("the worker ends");
                break;
            case WorkerInput.WeightsArrived weights:
                weights.Buffer.Release();
                break;
            case WorkerInput.BucketComputed early:
                early.Bucket.Sums.Release();
                break;
            case WorkerInput.Computed computed:
                computed.Node.Sums?.Release();
                break;
        }
    }

    public void Dispose()
    {
        _loading.Cancel();
        _port?.Close("the worker ends");
        _computer?.Dispose();
        _sums.ReleaseAll();
        _weights.ReleaseAll();
        _versions.ReleaseAll();
        _loading.Dispose();
    }

    private void Drive(Instant now, WorkerEvent input)
    {
        foreach (WorkerEffect effect in _machine.Handle(now, input).Effects)
        {
            Perform(effect);
        }
    }

    private void Perform(WorkerEffect effect)
    {
        switch (effect)
        {
            case WorkerEffect.Send send:
                _port?.Send(send.Message);
                break;
            case WorkerEffect.SendPartial sums:
                SendPartial(sums);
                break;
            case WorkerEffect.Release release:
                _sums.Release(release.Sums);
                break;
            case WorkerEffect.Compute compute:
                ArrivingWeights weights = _versions.Of(compute.Round.Version, _run!.Buckets);
                weights.Retain();
                _computer!.Start(compute.Round, compute.Node, weights);
                break;
            case WorkerEffect.OpenWeights open:
                _versions.Of(open.Version, _run!.Buckets).Open(open.Bucket, _weights.Of(open.Version));
                break;
            case WorkerEffect.Abandon:
                _computer?.Abandon();
                break;
            case WorkerEffect.LoadRun load:
                _ = RunLoading.LoadAsync(_source, _host, load.Welcome, _loading.Token);
                break;
            case WorkerEffect.Reconnect reconnect:
                _port?.Close(reconnect.Reason);
                _port = null;
                _host.Reconnect(reconnect.After, reconnect.Reason);
                break;
            case WorkerEffect.Finish finish:
                _port?.Close(finish.End.Reason);
                _port = null;
                _host.Finish(finish.End);
                break;
            default:
                throw new InvalidOperationException($"no way to perform {effect.GetType().Name}");
        }
    }

    private void Attach(ICoordinatorPort port)
    {
        _port = port;
        _weights.ReleaseAll();
        _versions.ReleaseAll();
        if (_run is { } run)
        {
            port.ExpectWeights(run.Buckets);
            _computer!.Sums = port;
        }
    }

    private void Install(LoadedRun run)
    {
        if (!ReferenceEquals(run, _run))
        {
            // The turn may be a compute thread's, which cannot wait for its own end.
            if (_computer is { } past)
            {
                _ = Task.Run(past.Dispose);
            }

            _run = run;
            _versions.ReleaseAll();
            _computer = new NodeComputer(
                run, _machine.Threads, bucket => _host.Post(new WorkerInput.BucketComputed(bucket)),
                node => _host.Post(new WorkerInput.Computed(node)));
        }

        _port?.ExpectWeights(run.Buckets);
        _computer!.Sums = _port;
    }

    private void OnBucket(Instant now, ComputedBucket bucket)
    {
        if (_inHand is null)
        {
            _inHand = _sums.Add(new SumView(bucket.Sums, 0, bucket.Sums.Length));
        }
        else
        {
            bucket.Sums.Release();
        }

        Drive(now, new WorkerEvent.BucketComputed(
            bucket.Round, bucket.Node, bucket.Bucket, _inHand.Value, bucket.ComputeMicroseconds));
    }

    /// <exception cref="ComputationFailedException">The node could not be computed: this worker cannot go on.</exception>
    private void OnComputed(Instant now, ComputedNode node)
    {
        if (node.Failure is { } failure)
        {
            throw new ComputationFailedException(node.Round, node.Node, failure);
        }

        SumHandle? inHand = _inHand;
        _inHand = null;
        if (node.Sums is not { } sums)
        {
            if (inHand is { } dropped)
            {
                _sums.Release(dropped);
            }

            Drive(now, node.Defect is { } defect
                ? new WorkerEvent.NodeNotFinite(node.Round, defect.Shard, defect.Tensor, defect.What)
                : new WorkerEvent.NodeAbandoned(node.Round, node.Node));
            return;
        }

        SumHandle handle;
        if (inHand is { } known)
        {
            // Buckets that left early hold the vector already.
            handle = known;
            sums.Release();
        }
        else
        {
            handle = _sums.Add(new SumView(sums, 0, sums.Length));
        }

        _partsToTell = node.Parts;
        Drive(now, new WorkerEvent.NodeComputed(node.Round, node.Node, handle, node.ComputeMicroseconds));
    }

    private void SendPartial(WorkerEffect.SendPartial send)
    {
        SumView whole = _sums[send.Sums];
        BucketPlan buckets = _run!.Buckets;
        SumView view = whole.Length == buckets.SumLength ? buckets.View(whole.Buffer, send.Header.Bucket) : whole;
        _port?.SendPartial(send.Header with { Parts = _partsToTell }, view);
        _partsToTell = default;
        HasDelivered |= _port is not null;
    }
}
