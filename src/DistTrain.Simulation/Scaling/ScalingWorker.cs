using DistTrain.Numerics;
using DistTrain.Protocol;

namespace DistTrain.Simulation;

/// <summary>
/// A real <see cref="WorkerProtocol"/> whose computing takes the time that the costs say, from the moment when all weights are
/// there: what the first layers gain by beginning earlier is left out.
/// </summary>
internal sealed class ScalingWorker(ScalingWorld world, string name) : ScalingNode(world), IScalingChild
{
    private readonly WorkerProtocol _machine = new(name, world.Costs.Threads, new ProtocolTimes());
    private readonly FrameSizes _sizes = new();
    private ScalingConnection? _connection;
    private readonly Queue<(Round Round, TreeNode Node)> _waiting = new();
    private WeightVersion _version = new(-1);
    private int _bucketsOpen;
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
                    () => connection.Parent.SumArrived(connection.Id, send.Header), BucketFrame.Of(send.Header));
                break;
            case WorkerEffect.LoadRun:
                After(0, () => Post(() => Drive(
                    new WorkerEvent.RunLoaded(ScalingWorld.RunHash, ScalingWorld.DataHash, World.Costs.BucketFloats.Length))));
                break;
            case WorkerEffect.Compute compute:
                _waiting.Enqueue((compute.Round, compute.Node));
                ComputeIfWeightsAreThere();
                break;
            case WorkerEffect.OpenWeights open:
                _bucketsOpen = open.Version == _version ? _bucketsOpen + 1 : 1;
                _version = open.Version;
                ComputeIfWeightsAreThere();
                break;
            case WorkerEffect.Abandon:
                AbandonWaiting();
                break;
        }
    }

    private void ComputeIfWeightsAreThere()
    {
        // Weights of the next version may come in while nodes of the present one are computed.
        while (_waiting.TryPeek(out (Round Round, TreeNode Node) next)
            && (next.Round.Version.Value < _version.Value || (next.Round.Version == _version && IsWhole)))
        {
            (Round round, TreeNode node) = _waiting.Dequeue();
            After(0, () => Compute(round, node));
        }
    }

    private bool IsWhole => _bucketsOpen == World.Costs.BucketFloats.Length;

    private void AbandonWaiting()
    {
        while (_waiting.TryDequeue(out (Round Round, TreeNode Node) waiting))
        {
            Post(() => Drive(new WorkerEvent.NodeAbandoned(waiting.Round, waiting.Node)));
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
