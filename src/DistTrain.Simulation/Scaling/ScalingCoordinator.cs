using DistTrain.Protocol;

namespace DistTrain.Simulation;

/// <summary>A real <see cref="CoordinatorProtocol"/> whose additions and updates take the time that the costs say.</summary>
internal sealed class ScalingCoordinator : ScalingNode, IScalingParent
{
    private readonly CoordinatorProtocol _machine;
    private readonly Dictionary<WorkerId, ScalingConnection> _children = [];
    private readonly FrameSizes _sizes = new();
    private int _nextSum;
    private string _said = "nothing";

    public ScalingCoordinator(ScalingWorld world, int children, int steps)
        : base(world)
    {
        StepCosts costs = world.Costs;
        var plan = new RunPlan
        {
            TrainRows = costs.BatchRows, TestRows = 0, BatchSize = costs.BatchRows, Shards = costs.Shards, StepsTotal = steps,
        };
        _machine = new CoordinatorProtocol(new CoordinatorSettings(
            new Term(1), plan, new WeightVersion(0), costs.BucketFloats.Length, 1, "{}", ScalingWorld.RunHash, ScalingWorld.DataHash, "",
            new ProtocolTimes())
        {
            WorkersAtStart = children,
        });
    }

    /// <summary>When each round was closed, in nanoseconds.</summary>
    public List<long> RoundsClosedAt { get; } = [];

    public RunEnd? End { get; private set; }

    /// <summary>For people: what it waits for, and the last that it said.</summary>
    public string Describe()
    {
        CoordinatorStatus status = _machine.Status(Now);
        return $"{status.Phase}, {status.ShardsDone} shards done, {status.WorkersLost} workers lost, last: {_said}";
    }

    public void Start() => Post(() => Drive(new CoordinatorEvent.Started()));

    public void Joined(ScalingConnection connection)
    {
        _children.Add(connection.Id, connection);
        Post(() => Drive(new CoordinatorEvent.Connected(connection.Id)));
    }

    public void Arrived(WorkerId child, WorkerMessage message) =>
        Post(() => Drive(new CoordinatorEvent.MessageArrived(child, message)));

    public void SumArrived(WorkerId child, WorkerMessage.PartialSum header) =>
        Post(() => Drive(new CoordinatorEvent.PartialArrived(child, header, new SumHandle(_nextSum++))));

    protected override Action? PutOff => _machine.HasWork ? () => Drive(new CoordinatorEvent.CaughtUp()) : null;

    protected override void TimerRang() => Drive(new CoordinatorEvent.TimePassed());

    private void Drive(CoordinatorEvent input)
    {
        var answers = new Queue<CoordinatorEvent>([input]);
        while (answers.TryDequeue(out CoordinatorEvent? next))
        {
            foreach (CoordinatorEffect effect in _machine.Handle(Now, next).Effects)
            {
                Perform(effect, answers);
            }
        }

        SetTimer(_machine.NextDeadline);
    }

    private void Perform(CoordinatorEffect effect, Queue<CoordinatorEvent> answers)
    {
        StepCosts costs = World.Costs;
        switch (effect)
        {
            case CoordinatorEffect.Send send:
                ScalingConnection to = _children[send.Worker];
                Spend(costs.MessageSeconds);
                Send(to.Down(isTensor: false), _sizes.Of(send.Message), () => to.Child.Arrived(send.Message));
                break;
            case CoordinatorEffect.SendWeights send:
                ScalingConnection child = _children[send.Worker];
                Spend(costs.MessageSeconds);
                Send(child.Down(isTensor: true), _sizes.Of(send.Header, costs.BucketFloats[send.Header.Bucket]),
                    () => child.Child.WeightsArrived(send.Header), BucketFrame.Of(send.Header));
                break;
            case CoordinatorEffect.Add add:
                Spend(costs.BucketFloats[add.Bucket] / costs.AddFloatsPerSecond);
                break;
            case CoordinatorEffect.ApplyBucket apply:
                Spend(costs.BucketFloats[apply.Bucket] / costs.UpdateFloatsPerSecond);
                break;
            case CoordinatorEffect.CloseRound close:
                RoundsClosedAt.Add(World.Now);
                answers.Enqueue(new CoordinatorEvent.RoundClosed(close.Round.Number, new RoundOutcome.GoOn()));
                break;
            case CoordinatorEffect.Notify notify:
                _said = notify.Notice.Text;
                break;
            case CoordinatorEffect.Finish finish:
                End = finish.End;
                break;
        }
    }
}
