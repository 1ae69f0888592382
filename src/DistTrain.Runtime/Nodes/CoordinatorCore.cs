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

    /// <param name="model">Not owned; holds the weights at the start.</param>
    public CoordinatorCore(CoordinatorProtocol machine, LoadedRun run, ModelState model, IRunJournal journal)
    {
        _machine = machine;
        _run = run;
        _model = model;
        _journal = journal;
    }

    public Instant? NextDeadline => _machine.NextDeadline;

    /// <summary>How the run ended; null while it goes on.</summary>
    public RunEnd? End { get; private set; }

    public void OnDeadline(Instant now) => Drive(now, new CoordinatorEvent.TimePassed());

    public void Handle(CoordinatorInput input)
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

    private void OnPartial(Instant now, CoordinatorInput.PartialArrived sums)
    {
        SumHandle handle = _sums.Add(sums.Sums);
        _timer.AddComputed(sums.Worker, sums.Header.Parts);
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
                Perform(effect);
            }
        }
    }

    private void Perform(CoordinatorEffect effect)
    {
        switch (effect)
        {
            case CoordinatorEffect.Send send:
                PortOf(send.Worker)?.Send(send.Message);
                break;
            case CoordinatorEffect.SendWeights weights:
                int bucket = weights.Header.Bucket;
                PortOf(weights.Worker)?.SendWeights(
                    weights.Header, _model.Of(weights.Header.Version), _run.Buckets.WeightStart(bucket),
                    _run.Buckets.WeightLength(bucket));
                break;
            case CoordinatorEffect.Disconnect disconnect when _ports.Remove(disconnect.Worker, out IWorkerPort? port):
                _journal.OnConnections(_ports.Count);
                port.Close(disconnect.Reason);
                break;
            case CoordinatorEffect.Disconnect:
                break;
            case CoordinatorEffect.Add add:
                Add(add);
                break;
            case CoordinatorEffect.Release release:
                _sums.Release(release.Sum);
                break;
            case CoordinatorEffect.ApplyBucket apply:
                Apply(apply);
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

    private void Add(CoordinatorEffect.Add add)
    {
        long startedAt = Stopwatch.GetTimestamp();
        Span<float> left = _sums[add.Left].Span;
        Numerics.TreeSum.Add(left, _sums[add.Right].Span, left);
        _sums.Release(add.Right);
        _timer.AddReduce(startedAt);
    }

    private void Apply(CoordinatorEffect.ApplyBucket apply)
    {
        long startedAt = Stopwatch.GetTimestamp();
        Span<float> sums = _sums[apply.Sum].Span;
        bool isEvaluation = apply.Round.Kind == RoundKind.Evaluate;
        if (isEvaluation || apply.Bucket == _run.Buckets.Count - 1)
        {
            sums[^_metrics.Length..].CopyTo(_metrics);
        }

        if (!isEvaluation)
        {
            _model.Apply(apply.Round, apply.Bucket, sums[.._run.Buckets.WeightLength(apply.Bucket)]);
        }

        _sums.Release(apply.Sum);
        _timer.AddUpdate(startedAt);
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
