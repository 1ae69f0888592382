using DistTrain.Numerics;
using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>
/// An aggregator without its mailbox: gives each input to the machine and performs the effects. Weights and sums pass through
/// by reference: what came in is sent on from the buffer that it came into.
/// </summary>
public sealed class AggregatorCore : IDisposable
{
    private readonly AggregatorProtocol _machine;
    private readonly IRunSource _source;
    private readonly IWorkerHost _host;
    private readonly Action<string> _say;
    private readonly SumTable _sums = new();
    private readonly HeldWeights _weights = new();
    private readonly Dictionary<WorkerId, IWorkerPort> _below = [];
    private readonly CancellationTokenSource _loading = new();
    private ICoordinatorPort? _above;
    private LoadedRun? _run;
    private bool _hasEnded;

    /// <param name="say">Takes a line about the workers below.</param>
    public AggregatorCore(AggregatorProtocol machine, IRunSource source, IWorkerHost host, Action<string> say)
    {
        _machine = machine;
        _source = source;
        _host = host;
        _say = say;
    }

    public Instant? NextDeadline => _machine.NextDeadline;

    /// <summary>Whether sums were handed to a connection to the node above.</summary>
    public bool HasDelivered { get; private set; }

    /// <summary>The run, once it is known.</summary>
    public LoadedRun? Run => _run;

    public void OnDeadline(Instant now) => Drive(now, new AggregatorEvent.TimePassed());

    /// <summary>An input; additions that it makes possible are left to <see cref="TryGoOn"/>.</summary>
    public void TakeUp(AggregatorInput input)
    {
        switch (input)
        {
            case AggregatorInput.FromAbove above:
                HandleAbove(MonotonicClock.Now, above.Input);
                break;
            case AggregatorInput.FromBelow below:
                HandleBelow(MonotonicClock.Now, below.Input);
                break;
        }
    }

    /// <summary>Adds what is in of the front-most bucket that waits, and sends it up. To be called when no input is left.</summary>
    /// <returns>False: there was nothing to do.</returns>
    public bool TryGoOn()
    {
        bool hasWork = _machine.HasWork && !_hasEnded;
        if (hasWork)
        {
            Below(MonotonicClock.Now, new CoordinatorEvent.CaughtUp());
        }

        return hasWork;
    }

    /// <summary>Gives back what an input owns that will not be handled.</summary>
    public static void Discard(AggregatorInput input)
    {
        switch (input)
        {
            case AggregatorInput.FromAbove above:
                WorkerCore.Discard(above.Input);
                break;
            case AggregatorInput.FromBelow below:
                CoordinatorCore.Discard(below.Input);
                break;
        }
    }

    public void Dispose()
    {
        _hasEnded = true;
        _loading.Cancel();
        _above?.Close("the aggregator ends");
        foreach (IWorkerPort port in _below.Values)
        {
            port.Close("the aggregator ends");
        }

        _below.Clear();
        _sums.ReleaseAll();
        _weights.ReleaseAll();
        _loading.Dispose();
    }

    private void HandleAbove(Instant now, WorkerInput input)
    {
        switch (input)
        {
            case WorkerInput.Connected connected:
                _above = connected.Port;
                _weights.ReleaseAll();
                if (_run is { } known)
                {
                    _above.ExpectWeights(known.Buckets);
                }

                Above(now, new WorkerEvent.Connected());
                break;
            case WorkerInput.Arrived arrived when arrived.Port == _above:
                Above(now, new WorkerEvent.MessageArrived(arrived.Message));
                break;
            case WorkerInput.WeightsArrived weights when weights.Port == _above:
                _weights.Keep(weights.Buffer);
                Above(now, new WorkerEvent.WeightsArrived(weights.Header));
                break;
            case WorkerInput.Disconnected lost when lost.Port == _above || lost.Port is null:
                _above = null;
                Above(now, new WorkerEvent.Disconnected(lost.Reason));
                break;
            case WorkerInput.Loaded loaded:
                _run = loaded.Run;
                _above?.ExpectWeights(loaded.Run.Buckets);
                Above(now, new WorkerEvent.RunLoaded(
                    loaded.Run.RunHash, loaded.Run.Data.ContentHash, loaded.Run.Buckets.Count));
                break;
            case WorkerInput.NotLoaded failed:
                Above(now, new WorkerEvent.RunNotLoaded(failed.Reason, failed.MayHeal));
                break;
            case WorkerInput.LeaveRequested leave:
                Above(now, new WorkerEvent.LeaveRequested(leave.Reason));
                break;
            default:
                WorkerCore.Discard(input);
                break;
        }
    }

    private void HandleBelow(Instant now, CoordinatorInput input)
    {
        switch (input)
        {
            case CoordinatorInput.Connected late when _hasEnded:
                late.Port.Close("the aggregator has ended");
                break;
            case CoordinatorInput.Connected connected:
                _below.Add(connected.Worker, connected.Port);
                Below(now, new CoordinatorEvent.Connected(connected.Worker));
                break;
            case CoordinatorInput.Arrived arrived when _below.ContainsKey(arrived.Worker):
                Below(now, new CoordinatorEvent.MessageArrived(arrived.Worker, arrived.Message));
                break;
            case CoordinatorInput.PartialArrived sums when _below.ContainsKey(sums.Worker):
                Below(now, new CoordinatorEvent.PartialArrived(sums.Worker, sums.Header, _sums.Add(sums.Sums)));
                break;
            case CoordinatorInput.Violated violated when _below.ContainsKey(violated.Worker):
                Below(now, new CoordinatorEvent.Violated(violated.Worker, violated.What));
                break;
            case CoordinatorInput.Disconnected lost when _below.Remove(lost.Worker):
                Below(now, new CoordinatorEvent.Disconnected(lost.Worker, lost.Reason));
                break;
            case CoordinatorInput.AskStatus ask:
                ask.Answer.TrySetResult(AggregatorReport.Of(
                    _machine.Status(now), _run, worker => _below.GetValueOrDefault(worker)?.Address ?? ""));
                break;
            default:
                CoordinatorCore.Discard(input);
                break;
        }
    }

    private void Above(Instant now, WorkerEvent input) => Drive(now, new AggregatorEvent.FromAbove(input));

    private void Below(Instant now, CoordinatorEvent input) => Drive(now, new AggregatorEvent.FromBelow(input));

    private void Drive(Instant now, AggregatorEvent input)
    {
        foreach (AggregatorEffect effect in _machine.Handle(now, input).Effects)
        {
            switch (effect)
            {
                case AggregatorEffect.Above above:
                    Perform(above.Effect);
                    break;
                case AggregatorEffect.Below below:
                    Perform(below.Effect);
                    break;
            }
        }
    }

    private void Perform(WorkerEffect effect)
    {
        switch (effect)
        {
            case WorkerEffect.Send send:
                _above?.Send(send.Message);
                break;
            case WorkerEffect.SendPartial send:
                _above?.SendPartial(send.Header, _sums[send.Sums]);
                HasDelivered |= _above is not null;
                break;
            case WorkerEffect.LoadRun load:
                _ = RunLoading.LoadAsync(_source, _host, load.Welcome, _loading.Token);
                break;
            case WorkerEffect.Reconnect reconnect:
                _above?.Close(reconnect.Reason);
                _above = null;
                _host.Reconnect(reconnect.After, reconnect.Reason);
                break;
            case WorkerEffect.Finish finish:
                _hasEnded = true;
                _above?.Close(finish.End.Reason);
                _above = null;
                _host.Finish(finish.End);
                break;
            default:
                throw new InvalidOperationException($"no way to perform {effect.GetType().Name}");
        }
    }

    private void Perform(CoordinatorEffect effect)
    {
        switch (effect)
        {
            case CoordinatorEffect.Send send when _below.TryGetValue(send.Worker, out IWorkerPort? port):
                port.Send(send.Message);
                break;
            case CoordinatorEffect.SendWeights weights when _below.TryGetValue(weights.Worker, out IWorkerPort? port):
                BucketPlan buckets = _run!.Buckets;
                int bucket = weights.Header.Bucket;
                port.SendWeights(
                    weights.Header, _weights.Of(weights.Header.Version), buckets.WeightStart(bucket), buckets.WeightLength(bucket));
                break;
            case CoordinatorEffect.Send or CoordinatorEffect.SendWeights:
                break;
            case CoordinatorEffect.Disconnect disconnect:
                if (_below.Remove(disconnect.Worker, out IWorkerPort? gone))
                {
                    gone.Close(disconnect.Reason);
                }

                break;
            case CoordinatorEffect.Add add:
                Span<float> left = _sums[add.Left].Span;
                TreeSum.Add(left, _sums[add.Right].Span, left);
                _sums.Release(add.Right);
                break;
            case CoordinatorEffect.Release release:
                _sums.Release(release.Sum);
                break;
            case CoordinatorEffect.Notify notify:
                _say(notify.Notice.Text);
                break;
            default:
                throw new InvalidOperationException($"no way to perform {effect.GetType().Name}");
        }
    }
}
