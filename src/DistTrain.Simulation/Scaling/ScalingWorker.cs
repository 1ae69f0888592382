using DistTrain.Numerics;
using DistTrain.Protocol;

namespace DistTrain.Simulation;

/// <summary>A real <see cref="WorkerProtocol"/> whose computing takes the time that the costs say.</summary>
internal sealed class ScalingWorker(ScalingWorld world, string name) : ScalingNode(world), IScalingChild
{
    private readonly WorkerProtocol _machine = new(name, world.Costs.Threads, new ProtocolTimes());
    private readonly FrameSizes _sizes = new();
    private ScalingConnection? _connection;
    private int _nextSum;

    public void Joined(ScalingConnection connection)
    {
        bool isAgain = _connection is not null;
        _connection = connection;
        Post(() =>
        {
            if (isAgain)
            {
                Drive(new WorkerEvent.Disconnected("the run was not known there yet"));
            }

            Drive(new WorkerEvent.Connected());
        });
    }

    public void Arrived(CoordinatorMessage message) => Post(() => Drive(new WorkerEvent.MessageArrived(message)));

    public void WeightsArrived(CoordinatorMessage.Weights header) => Post(() => Drive(new WorkerEvent.WeightsArrived(header)));

    protected override void TimerRang() => Drive(new WorkerEvent.TimePassed());

    private void Drive(WorkerEvent input)
    {
        foreach (WorkerEffect effect in _machine.Handle(Now, input).Effects)
        {
            Perform(effect);
        }

        SetTimer(_machine.NextDeadline);
    }

    private void Perform(WorkerEffect effect)
    {
        ScalingConnection connection = _connection!;
        switch (effect)
        {
            case WorkerEffect.Send send:
                Send(connection.Up(isTensor: false), _sizes.Of(send.Message),
                    () => connection.Parent.Arrived(connection.Id, send.Message));
                break;
            case WorkerEffect.SendPartial send:
                Send(connection.Up(isTensor: true), _sizes.Of(send.Header, World.Costs.BucketFloats[send.Header.Bucket]),
                    () => connection.Parent.SumArrived(connection.Id, send.Header));
                break;
            case WorkerEffect.LoadRun:
                After(0, () => Post(() => Drive(
                    new WorkerEvent.RunLoaded(ScalingWorld.RunHash, ScalingWorld.DataHash, World.Costs.BucketFloats.Length))));
                break;
            case WorkerEffect.Compute compute:
                After(0, () => Compute(compute.Round, compute.Node));
                break;
        }
    }

    private void Compute(Round round, TreeNode node)
    {
        StepCosts costs = World.Costs;
        ShardRange shards = TreeShape.Shards(node, round.ShardCount);
        double seconds = costs.Compute.Seconds(round.ShardStart(shards.End) - round.ShardStart(shards.First));
        SumHandle sums = new(_nextSum++);
        long micros = (long)(seconds * 1e6);
        for (int bucket = costs.BucketFloats.Length - 1; bucket > 0; bucket--)
        {
            var ready = new WorkerEvent.BucketComputed(
                round, node, bucket, sums, bucket == costs.BucketFloats.Length - 1 ? micros : 0);
            World.In((long)(seconds * costs.SumsReadyShare[bucket] * 1e9), () => Post(() => Drive(ready)));
        }

        long rest = costs.BucketFloats.Length == 1 ? micros : 0;
        World.In((long)(seconds * 1e9), () => Post(() => Drive(new WorkerEvent.NodeComputed(round, node, sums, rest))));
    }
}
