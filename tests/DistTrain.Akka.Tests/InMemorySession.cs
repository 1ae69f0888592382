using System.Collections.Concurrent;
using System.Collections.Immutable;
using DistTrain.Models;
using DistTrain.Protocol;
using DistTrain.Runtime;

namespace DistTrain.Akka.Tests;

/// <summary>A real coordinator core on a tiny run, with tensor links that hand vectors over within the process.</summary>
internal sealed class InMemorySession : ICoordinatorSession
{
    private static readonly ConcurrentDictionary<int, InMemorySession> Listening = new();
    private static int _lastPort;
    private readonly TinyRun _run;
    private readonly ModelState _model;
    private readonly ConcurrentDictionary<LinkSession, WorkerId> _expected = new();
    private Action<CoordinatorInput> _post = _ => { };

    public InMemorySession(TinyRun run, int workersAtStart = 1, ReadOnlySpan<float> weights = default, long step = 0)
    {
        _run = run;
        var start = new WeightVersion(step);
        _model = new ModelState(run.Run, start);
        if (weights.IsEmpty)
        {
            run.Run.Network.InitializeParameters(_model.Current.Span, run.File.Training.Seed);
        }
        else
        {
            weights.CopyTo(_model.Current.Span);
        }

        var machine = new CoordinatorProtocol(new CoordinatorSettings(
            new Term(Interlocked.Increment(ref _lastTerm)), run.Run.Plan, start, run.Run.Buckets.Count, 1, run.Run.RunJson,
            run.Run.RunHash, run.Data.ContentHash, "", new ProtocolTimes())
        {
            WorkersAtStart = workersAtStart,
        });
        Core = new CoordinatorCore(machine, run.Run, _model, new SilentJournal(this));
        TensorPort = Interlocked.Increment(ref _lastPort);
        Listening[TensorPort] = this;
    }

    private static long _lastTerm;

    public CoordinatorCore Core { get; }

    public int TensorPort { get; }

    /// <summary>Sums that came over tensor links, in order of arrival.</summary>
    public ConcurrentQueue<WorkerMessage.PartialSum> PartialSums { get; } = new();

    /// <summary>Versions of the weights sent to each worker.</summary>
    public ConcurrentQueue<(WorkerId Worker, long Version)> WeightsSent { get; } = new();

    public ConcurrentQueue<Notice> Notices { get; } = new();

    public long Steps => _model.Current.Version.Value;

    public float[] Weights => _model.Current.Span.ToArray();

    public string WeightsSha256 => WeightsHash.Of(_model.Current.Span);

    /// <summary>Thrown by the journal after this many steps, once; below 0: never.</summary>
    public int FailAtStep { get; set; } = -1;

    public static DialTensors Dial { get; } = (_, port, ticket, mailbox, _) => Task.Run(() =>
        Listening.TryGetValue(port, out InMemorySession? session)
            && session.Open(ticket, input => mailbox.TryPost(input)) is { } link
            ? link
            : throw new LinkException("nobody listens there for this ticket", isFinal: false));

    /// <summary>Weights of this version and later ones are not delivered: the run stands still there.</summary>
    public long HoldFromVersion { get; init; } = long.MaxValue;

    public void Attach(IMailbox<CoordinatorInput> mailbox) => _post = input => mailbox.TryPost(input);

    public void Expect(LinkSession ticket, WorkerId worker) => _expected[ticket] = worker;

    public void Forget(LinkSession ticket) => _expected.TryRemove(ticket, out _);

    /// <summary>What a worker's dialling does. Null: no such ticket.</summary>
    public ICoordinatorPort? Open(LinkSession ticket, Action<WorkerInput> toWorker)
    {
        if (!_expected.TryRemove(ticket, out WorkerId worker))
        {
            return null;
        }

        var link = new Link(this, worker, toWorker);
        _post(new CoordinatorInput.Connected(worker, link));
        return link;
    }

    public Task<TrainingResult> FinishAsync(RunEnd end) => Task.FromResult(new TrainingResult(
        new RunSummary
        {
            WeightsSha256 = WeightsSha256,
            Outcome = end.Kind.ToString(),
            Reason = end.Reason,
            Steps = Steps,
            Epochs = 0,
            Workers = 0,
            ThreadsPerWorker = 1,
            Engine = "akka",
            ParameterCount = _model.Current.Length,
            TrainRows = _run.Run.Plan.TrainRows,
            TestRows = 0,
            RunHash = _run.Run.RunHash,
            DataHash = _run.Data.ContentHash,
        },
        end));

    public bool IsDisposed { get; private set; }

    public ValueTask DisposeAsync()
    {
        IsDisposed = true;
        Listening.TryRemove(TensorPort, out _);
        Core.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Both ends of one link.</summary>
    private sealed class Link(InMemorySession session, WorkerId worker, Action<WorkerInput> toWorker)
        : IWorkerPort, ICoordinatorPort
    {
        private int _isClosed;

        public string Address => "in memory";

        public void Send(CoordinatorMessage message) => throw new InvalidOperationException("control goes over Akka");

        public void Send(WorkerMessage message) => throw new InvalidOperationException("control goes over Akka");

        public void SendWeights(CoordinatorMessage.Weights header, WeightBuffer weights, int start, int length)
        {
            session.WeightsSent.Enqueue((worker, header.Version.Value));
            if (header.Version.Value >= session.HoldFromVersion)
            {
                return;
            }

            weights.Retain();
            toWorker(new WorkerInput.WeightsArrived(this, header, weights));
        }

        public void SendPartial(WorkerMessage.PartialSum header, SumView sums)
        {
            session.PartialSums.Enqueue(header);
            sums.Buffer.Retain();
            session._post(new CoordinatorInput.PartialArrived(worker, header, sums));
        }

        public void Start()
        {
        }

        public void ExpectWeights(BucketPlan buckets)
        {
        }

        void IWorkerPort.Close(string reason)
        {
            if (Interlocked.Exchange(ref _isClosed, 1) == 0)
            {
                toWorker(new WorkerInput.Disconnected(this, reason));
            }
        }

        void ICoordinatorPort.Close(string reason)
        {
            if (Interlocked.Exchange(ref _isClosed, 1) == 0)
            {
                session._post(new CoordinatorInput.Disconnected(worker, reason));
            }
        }
    }

    private sealed class SilentJournal(InMemorySession session) : IRunJournal
    {
        public void OnConnections(int count)
        {
        }

        public void OnNotice(Notice notice) => session.Notices.Enqueue(notice);

        public void OnMessage(string text)
        {
        }

        public RoundOutcome OnRound(Round round, ReadOnlySpan<float> metricSums, ModelState model, in StepTimes times)
        {
            if (model.Current.Version.Value == session.FailAtStep)
            {
                throw new InvalidOperationException("a planted defect");
            }

            return new RoundOutcome.GoOn();
        }

        public StatusReport Report(CoordinatorStatus status, Func<WorkerId, string> addressOf) =>
            throw new NotSupportedException();
    }
}
