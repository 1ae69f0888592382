using DistTrain.Numerics;
using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>A tree node that a worker may be given: the first of its level, with so many shards a batch.</summary>
internal readonly record struct PassShape(int Shards, TreeNode Node)
{
    /// <summary>Rows of the node in a whole batch.</summary>
    public int Rows(LoadedRun run) => Round(run, 0).ShardStart(Node.EndShard(Shards));

    /// <summary>The epoch's batches one after the other, again and again.</summary>
    public Round Round(LoadedRun run, long step)
    {
        RunPlan plan = run.Plan;
        int batches = Math.Max(1, plan.TrainRows / plan.BatchSize);
        return new Round(
            new RoundNumber(step + 1), RoundKind.Train, new WeightVersion(step), 0, (int)(step % batches) * plan.BatchSize,
            Math.Min(plan.BatchSize, plan.TrainRows), Shards);
    }

    /// <summary>
    /// From the smallest node with the rows of the worker that has the most, by halves, down to the fewest that a worker may
    /// have; below a shard of the run, with more shards.
    /// </summary>
    /// <returns>Rows ascending, each once: half a node always has fewer.</returns>
    public static IReadOnlyList<PassShape> Between(LoadedRun run, int rowsMin, int rowsMax)
    {
        var shape = new PassShape(run.Plan.Shards, new TreeNode(TreeShape.RootLevel(run.Plan.Shards), 0));
        while (shape.Half() is var half && half.Rows(run) >= Math.Max(1, rowsMax))
        {
            shape = half;
        }

        var shapes = new List<PassShape> { shape };
        while (shapes[^1].Rows(run) > Math.Max(1, rowsMin))
        {
            shapes.Add(shapes[^1].Half());
        }

        shapes.Reverse();
        return shapes;
    }

    private PassShape Half() => Node.Level > 0
        ? this with { Node = new TreeNode(Node.Level - 1, 0) }
        : this with { Shards = Shards * 2 };
}
