using System.Diagnostics;
using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>
/// The coordinator without its mailbox: gives each input to the machine and performs the effects. One call at a time; who
/// calls, and over what the messages travel, is the host's and the ports' affair.
/// </summary>
public sealed class CoordinatorCore : IDisposable
{
    private readonly CoordinatorProtocol _machine;
    private readonly LoadedRun _run;
    private readonly ModelState _model;
    private readonly IRunJournal _journal;
    private readonly SumTable _sums = new();
    private readonly StepTimer _timer = new();
    private readonly Dictionary<WorkerId, IWorkerPort> _ports = [];
    private readonly Queue<CoordinatorEvent> _answers = new();
    private readonly float[] _metrics = new float[Models.MetricSums.Count];
    private CoordinatorEffect.Add? _addition;

    /// <param name="model">Not owned; holds the weights at the start.</param>
    public CoordinatorCore(CoordinatorProtocol machine, LoadedRun run, ModelState model, IRunJournal journal)
    {
        _machine = machine;
        _run = run;
        _model = model;
        _journal = journal;
    }

    /// <summary>What compute threads of this process may help with while they wait.</summary>
    public ISpareWork SpareWork => _model.SpareWork;

    public Instant? NextDeadline => _machine.NextDeadline;

    /// <summary>How the run ended; null while it goes on.</summary>
    public RunEnd? End { get; private set; }

    public void OnDeadline(Instant now)
    {
        _timer.Enter(Stopwatch.GetTimestamp());
        Drive(now, new CoordinatorEvent.TimePassed());
        _timer.Leave(Stopwatch.GetTimestamp());
    }

    /// <summary>All that follows from an input, for a host that does not see what else waits.</summary>
    public void Handle(CoordinatorInput input)
    {
        TakeUp(input);
        while (TryGoOn())
        {
        }
    }

    /// <summary>An input; additions and updates that it makes possible are left to <see cref="TryGoOn"/>.</summary>
    public void TakeUp(CoordinatorInput input)
    {
        _timer.Enter(Stopwatch.GetTimestamp());
        Take(input);
        _timer.Leave(Stopwatch.GetTimestamp());
    }

    /// <summary>Adds and applies what is in of the front-most bucket that waits. To be called when no input is left.</summary>
    /// <returns>False: there was nothing to do.</returns>
    public bool TryGoOn()
    {
        if (!_machine.HasWork || End is not null)
        {
            return false;
        }

        _timer.Enter(Stopwatch.GetTimestamp());
        Drive(MonotonicClock.Now, new CoordinatorEvent.CaughtUp());
        _timer.Leave(Stopwatch.GetTimestamp());
        return true;
    }

    /// <summary>Gives back what an input owns that will not be handled.</summary>
    public static void Discard(CoordinatorInput input)
    {
        switch (input)
        {
            case CoordinatorInput.PartialArrived sums:
                sums.Sums.Buffer.Release();
                break;
            case CoordinatorInput.Connected connected:
                connected.Port.Close("the coordinator ends");
                break;
            case CoordinatorInput.AskStatus ask:
                ask.Answer.TrySetCanceled();
                break;
        }
    }

    public void Dispose()
    {
        foreach (IWorkerPort port in _ports.Values)
        {
            port.Close("the coordinator ends");
        }

        _ports.Clear();
        _sums.ReleaseAll();
    }

    private void Take(CoordinatorInput input)
    {
        Instant now = MonotonicClock.Now;
        switch (input)
        {
            case CoordinatorInput.Started:
                Drive(now, new CoordinatorEvent.Started());
                break;
            case CoordinatorInput.Connected connected when End is null:
                _ports.Add(connected.Worker, connected.Port);
                _journal.OnConnections(_ports.Count);
                Drive(now, new CoordinatorEvent.Connected(connected.Worker));
                break;
            case CoordinatorInput.Connected late:
                late.Port.Close("the run is over");
                break;
            case CoordinatorInput.Arrived arrived when _ports.ContainsKey(arrived.Worker):
                Drive(now, new CoordinatorEvent.MessageArrived(arrived.Worker, arrived.Message));
                break;
            case CoordinatorInput.PartialArrived sums when _ports.ContainsKey(sums.Worker):
                OnPartial(now, sums);
                break;
            case CoordinatorInput.Violated violated when _ports.ContainsKey(violated.Worker):
                Drive(now, new CoordinatorEvent.Violated(violated.Worker, violated.What));
                break;
            case CoordinatorInput.Disconnected lost when _ports.Remove(lost.Worker):
                _journal.OnConnections(_ports.Count);
                Drive(now, new CoordinatorEvent.Disconnected(lost.Worker, lost.Reason));
                break;
            case CoordinatorInput.StopRequested stop:
                Drive(now, new CoordinatorEvent.StopRequested(stop.Reason));
                break;
            case CoordinatorInput.Say say:
                _journal.OnMessage(say.Text);
                break;
            case CoordinatorInput.AskStatus ask:
                ask.Answer.TrySetResult(_journal.Report(_machine.Status(now), AddressOf));
                break;
            default:
                Discard(input);
                break;
        }
    }

    private void OnPartial(Instant now, CoordinatorInput.PartialArrived sums)
    {
        SumHandle handle = _sums.Add(sums.Sums);
        _timer.AddSum(sums.Worker, sums.Header, Stopwatch.GetTimestamp());
        Drive(now, new CoordinatorEvent.PartialArrived(sums.Worker, sums.Header, handle));
    }

    private void Drive(Instant now, CoordinatorEvent input)
    {
        if (End is not null)
        {
            return;
        }

        _answers.Enqueue(input);
        while (_answers.TryDequeue(out CoordinatorEvent? next))
        {
            foreach (CoordinatorEffect effect in _machine.Handle(now, next).Effects)
            {
                // An addition waits for what follows it: the last one of a bucket is made within the update.
                CoordinatorEffect.Add? addition = _addition;
                _addition = null;
                if (addition is not null && !(effect is CoordinatorEffect.ApplyBucket apply && apply.Sum == addition.Left))
                {
                    Add(addition);
                    addition = null;
                }

                Perform(effect, addition);
            }

            if (_addition is { } last)
            {
                _addition = null;
                Add(last);
            }
        }
    }

    /// <param name="addition">Of an ApplyBucket: what is still to be added to its sum.</param>
    private void Perform(CoordinatorEffect effect, CoordinatorEffect.Add? addition)
    {
        switch (effect)
        {
            case CoordinatorEffect.Send send:
                if (send.Message is CoordinatorMessage.Assign assign)
                {
                    _timer.AddAssignment(send.Worker, assign.Round.Number, Stopwatch.GetTimestamp());
                }

                PortOf(send.Worker)?.Send(send.Message);
                break;
            case CoordinatorEffect.SendWeights weights:
                SendWeights(weights);
                break;
            case CoordinatorEffect.Disconnect disconnect when _ports.Remove(disconnect.Worker, out IWorkerPort? port):
                _journal.OnConnections(_ports.Count);
                port.Close(disconnect.Reason);
                break;
            case CoordinatorEffect.Disconnect:
                break;
            case CoordinatorEffect.Add add:
                _addition = add;
                break;
            case CoordinatorEffect.Release release:
                _sums.Release(release.Sum);
                break;
            case CoordinatorEffect.ApplyBucket apply:
                Apply(apply, addition);
                break;
            case CoordinatorEffect.CloseRound close:
                _answers.Enqueue(new CoordinatorEvent.RoundClosed(close.Round.Number, Close(close.Round)));
                break;
            case CoordinatorEffect.Notify notify:
                _journal.OnNotice(notify.Notice);
                break;
            case CoordinatorEffect.Finish finish:
                End = finish.End;
                break;
            default:
                throw new InvalidOperationException($"no way to perform {effect.GetType().Name}");
        }
    }

    private void SendWeights(CoordinatorEffect.SendWeights weights)
    {
        long startedAt = Stopwatch.GetTimestamp();
        int bucket = weights.Header.Bucket;
        PortOf(weights.Worker)?.SendWeights(
            weights.Header, _model.Of(weights.Header.Version), _run.Buckets.WeightStart(bucket),
            _run.Buckets.WeightLength(bucket));
        _timer.AddBroadcast(startedAt);
    }

    private void Add(CoordinatorEffect.Add add)
    {
        long startedAt = Stopwatch.GetTimestamp();
        _model.Add(_sums[add.Left], _sums[add.Right]);
        _sums.Release(add.Right);
        _timer.AddReduce(startedAt);
    }

    private void Apply(CoordinatorEffect.ApplyBucket apply, CoordinatorEffect.Add? addition)
    {
        long startedAt = Stopwatch.GetTimestamp();
        SumView sum = _sums[apply.Sum];
        SumView? addend = addition is null ? null : _sums[addition.Right];
        bool isEvaluation = apply.Round.Kind == RoundKind.Evaluate;
        if (isEvaluation || apply.Bucket == _run.Buckets.Count - 1)
        {
            TakeMetrics(sum, addend);
        }

        if (!isEvaluation)
        {
            _model.Apply(apply.Round, apply.Bucket, sum, addend);
        }

        _sums.Release(apply.Sum);
        if (addition is not null)
        {
            _sums.Release(addition.Right);
        }

        _timer.AddUpdate(startedAt);
    }

    private void TakeMetrics(SumView sum, SumView? addend)
    {
        Span<float> metrics = sum.Span[^_metrics.Length..];
        metrics.CopyTo(_metrics);
        if (addend is { } right)
        {
            Numerics.TreeSum.Add(metrics, right.Span[^_metrics.Length..], _metrics);
        }
    }

    private RoundOutcome Close(Round round)
    {
        if (round.Kind == RoundKind.Train)
        {
            string? defect = _model.Defect ?? LossDefect(round);
            if (defect is not null)
            {
                return new RoundOutcome.FailRun(defect);
            }

            _model.Publish();
        }

        return _journal.OnRound(round, _metrics, _model, _timer.Take());
    }

    private string? LossDefect(Round round) => float.IsFinite(_metrics[Models.MetricSums.Loss])
        ? null
        : $"step {round.Version.Value + 1}: the loss of the batch is {_metrics[Models.MetricSums.Loss]}, summed over all "
            + $"shards: {RoundAdvice.OnDivergence}";

    private IWorkerPort? PortOf(WorkerId worker) => _ports.GetValueOrDefault(worker);

    private string AddressOf(WorkerId worker) => PortOf(worker)?.Address ?? "";
}
