using DistTrain.Protocol;

namespace DistTrain.Simulation;

/// <summary>A real <see cref="AggregatorProtocol"/> whose additions take the time that the costs say.</summary>
internal sealed class ScalingAggregator(ScalingWorld world, string name, int workers)
    : ScalingNode(world), IScalingParent, IScalingChild
{
    private readonly AggregatorProtocol _machine = new(new AggregatorSettings(
        name, workers, workers * world.Costs.Threads, new ProtocolTimes()));

    private readonly Dictionary<WorkerId, ScalingConnection> _below = [];
    private readonly FrameSizes _sizes = new();
    private ScalingConnection? _above;
    private int _nextSum;

    void IScalingChild.Joined(ScalingConnection connection)
    {
        bool isAgain = _above is not null;
        _above = connection;
        Post(() =>
        {
            if (isAgain)
            {
                Above(new WorkerEvent.Disconnected("the run was not known there yet"));
            }

            Above(new WorkerEvent.Connected());
        });
    }

    void IScalingChild.Arrived(CoordinatorMessage message) => Post(() => Above(new WorkerEvent.MessageArrived(message)));

    void IScalingChild.WeightsArrived(CoordinatorMessage.Weights header) =>
        Post(() => Above(new WorkerEvent.WeightsArrived(header)));

    void IScalingParent.Joined(ScalingConnection connection)
    {
        _below.Add(connection.Id, connection);
        Post(() => Below(new CoordinatorEvent.Connected(connection.Id)));
    }

    void IScalingParent.Arrived(WorkerId child, WorkerMessage message) =>
        Post(() => Below(new CoordinatorEvent.MessageArrived(child, message)));

    void IScalingParent.SumArrived(WorkerId child, WorkerMessage.PartialSum header) =>
        Post(() => Below(new CoordinatorEvent.PartialArrived(child, header, new SumHandle(_nextSum++))));

    protected override Action? PutOff => _machine.HasWork ? () => Below(new CoordinatorEvent.CaughtUp()) : null;

    protected override void TimerRang() => Drive(new AggregatorEvent.TimePassed());

    private void Above(WorkerEvent input) => Drive(new AggregatorEvent.FromAbove(input));

    private void Below(CoordinatorEvent input) => Drive(new AggregatorEvent.FromBelow(input));

    private void Drive(AggregatorEvent input)
    {
        foreach (AggregatorEffect effect in _machine.Handle(Now, input).Effects)
        {
            if (effect is AggregatorEffect.Above above)
            {
                Perform(above.Effect);
            }
            else if (effect is AggregatorEffect.Below below)
            {
                Perform(below.Effect);
            }
        }

        SetTimer(_machine.NextDeadline);
    }

    private void Perform(WorkerEffect effect)
    {
        ScalingConnection above = _above!;
        switch (effect)
        {
            case WorkerEffect.Send send:
                Send(above.Up(isTensor: false), _sizes.Of(send.Message),
                    () => above.Parent.Arrived(above.Id, send.Message));
                break;
            case WorkerEffect.SendPartial send:
                Spend(World.Costs.MessageSeconds);
                Send(above.Up(isTensor: true), _sizes.Of(send.Header, World.Costs.BucketFloats[send.Header.Bucket]),
                    () => above.Parent.SumArrived(above.Id, send.Header), BucketFrame.Of(send.Header));
                break;
            case WorkerEffect.LoadRun:
                After(0, () => Post(() => Above(new WorkerEvent.RunLoaded(
                    ScalingWorld.RunHash, ScalingWorld.DataHash, World.Costs.BucketFloats.Length))));
                break;
        }
    }

    private void Perform(CoordinatorEffect effect)
    {
        StepCosts costs = World.Costs;
        switch (effect)
        {
            case CoordinatorEffect.Send send when _below.TryGetValue(send.Worker, out ScalingConnection? to):
                Spend(costs.MessageSeconds);
                Send(to.Down(isTensor: false), _sizes.Of(send.Message), () => to.Child.Arrived(send.Message));
                break;
            case CoordinatorEffect.SendWeights send when _below.TryGetValue(send.Worker, out ScalingConnection? child):
                Spend(costs.MessageSeconds);
                Send(child.Down(isTensor: true), _sizes.Of(send.Header, costs.BucketFloats[send.Header.Bucket]),
                    () => child.Child.WeightsArrived(send.Header), BucketFrame.Of(send.Header));
                break;
            case CoordinatorEffect.Add add:
                Spend(costs.BucketFloats[add.Bucket] / costs.AddFloatsPerSecond);
                break;
            case CoordinatorEffect.Disconnect disconnect when _below.Remove(disconnect.Worker, out ScalingConnection? early):
                World.In(RetryNanoseconds, () => World.Join(this, early.Child));
                break;
        }
    }

    /// <summary>When a worker that came before the run was known comes again.</summary>
    private const long RetryNanoseconds = 10_000_000;
}
