using DistTrain.Models;
using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>The coordinator's weights and optimizer: the current version, and the next while its buckets come in.</summary>
/// <remarks>
/// A version is never written once it is published, so in-process workers, links and checkpoints read it without a copy
/// for as long as they hold a reference.
/// </remarks>
public sealed class ModelState : IDisposable
{
    private readonly LoadedRun _run;
    private readonly WeightBufferPool _pool;
    private readonly SliceCrew _crew = new(SliceCrew.ThreadsForThisMachine);
    private readonly SumSlices _addition;
    private readonly BucketUpdate _update;
    private WeightBuffer? _next;

    /// <param name="start">Updates applied already.</param>
    /// <param name="isShared">Whether the weights lie where other processes of this machine can read them.</param>
    public ModelState(LoadedRun run, WeightVersion start, bool isShared = false)
    {
        _run = run;
        _pool = new WeightBufferPool(run.Network.Parameters.Length, isShared);
        Update = new WeightUpdate(run.Run.Training.Update, run.Network.Parameters, run.Plan.StepsTotal);
        Current = _pool.Rent(start);
        _addition = new SumSlices(_crew);
        _update = new BucketUpdate(Update, _crew);
    }

    /// <summary>Filled by whoever starts the run: initial values or a checkpoint's.</summary>
    public WeightBuffer Current { get; private set; }

    public WeightUpdate Update { get; }

    /// <summary>The updates' slices.</summary>
    public ISpareWork SpareWork => _crew;

    /// <summary>Null, or what was not finite, where: no version follows the current one.</summary>
    public string? Defect { get; private set; }

    /// <summary>Current or next weights; a bucket of the next is valid once it was applied.</summary>
    public WeightBuffer Of(WeightVersion version)
    {
        if (Current.Version == version)
        {
            return Current;
        }

        return _next is { } next && next.Version == version
            ? next
            : throw new InvalidOperationException(
                $"weights of version {version.Value} are asked for; {Current.Version.Value} are the current ones");
    }

    /// <summary>left ← left + right, on several threads.</summary>
    public void Add(SumView left, SumView right) => _addition.Add(left, right);

    /// <summary>Makes one bucket of the next weights from the batch's gradient; what is in force is only read.</summary>
    /// <param name="sum">The bucket's sum, perhaps with metric sums behind it; or the left part of it.</param>
    /// <param name="addend">The right part that is still to be added; null: the sum is whole.</param>
    public void Apply(Round round, int bucket, SumView sum, SumView? addend)
    {
        if (Defect is not null)
        {
            return;
        }

        _next ??= _pool.Rent(new WeightVersion(Current.Version.Value + 1));
        int start = _run.Buckets.WeightStart(bucket);
        int length = _run.Buckets.WeightLength(bucket);
        long step = round.Version.Value;
        float clipFactor = 1;
        if (!Update.IsElementwise)
        {
            if (addend is { } right)
            {
                Add(sum, right);
                addend = null;
            }

            clipFactor = Update.ClipFactor(sum.Span[..length]);
        }

        int defect = _update.Run(step, clipFactor, Current, _next, start, length, sum, addend);
        if (defect >= 0)
        {
            Defect = Explain(round, start + defect, BucketUpdate.ValueAt(defect, sum, addend));
        }
    }

    private string Explain(Round round, int position, float value)
    {
        string name = _run.Network.Parameters.At(position).Name;
        string where = ShardDefects.Find(_run, round, Current) is { } found
            ? $"{found.What} in {found.Tensor} at step {round.Version.Value + 1} (epoch {round.Epoch + 1}), shard {found.Shard} (rows "
                + $"{round.FirstRow + round.ShardStart(found.Shard)} to "
                + $"{round.FirstRow + round.ShardStart(found.Shard + 1) - 1} of the epoch's order)"
            : $"{ShardDefects.Describe(value)} in {name} at step {round.Version.Value + 1} (epoch {round.Epoch + 1}), position "
                + $"{position} of the flat vector, summed over all shards, each of which was finite";
        return $"the update found {where}: {RoundAdvice.OnDivergence}";
    }

    /// <summary>All buckets were applied: the next weights become the current ones.</summary>
    public void Publish()
    {
        WeightBuffer past = Current;
        Current = _next ?? throw new InvalidOperationException("no bucket of the next weights was applied");
        _next = null;
        Update.Advance();
        past.Release();
    }

    public void Dispose()
    {
        Current.Release();
        _next?.Release();
        _crew.Dispose();
        Update.Dispose();
        _pool.Dispose();
    }
}
