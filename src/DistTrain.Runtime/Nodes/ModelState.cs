using DistTrain.Models;
using DistTrain.Numerics;
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
    private WeightBuffer? _next;

    /// <param name="start">Updates applied already.</param>
    public ModelState(LoadedRun run, WeightVersion start)
    {
        _run = run;
        _pool = new WeightBufferPool(run.Network.Parameters.Length);
        Update = new WeightUpdate(run.Run.Training.Update, run.Network.Parameters, run.Plan.StepsTotal);
        Current = _pool.Rent(start);
    }

    /// <summary>Filled by whoever starts the run: initial values or a checkpoint's.</summary>
    public WeightBuffer Current { get; private set; }

    public WeightUpdate Update { get; }

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

    /// <summary>Makes one bucket of the next weights from the batch's gradient.</summary>
    public void Apply(Round round, int bucket, ReadOnlySpan<float> gradient)
    {
        if (Defect is not null)
        {
            return;
        }

        _next ??= _pool.Rent(new WeightVersion(Current.Version.Value + 1));
        int bucketStart = _run.Buckets.WeightStart(bucket);
        long step = round.Version.Value;
        float clipFactor = Update.IsElementwise ? 1 : Update.ClipFactor(gradient);
        for (int done = 0; done < gradient.Length; done += ChunkLength)
        {
            int length = Math.Min(ChunkLength, gradient.Length - done);
            ReadOnlySpan<float> chunk = gradient.Slice(done, length);
            int defect = Elementwise.FirstNonFinite(chunk);
            if (defect >= 0)
            {
                int position = bucketStart + done + defect;
                Defect = $"step {step + 1}: the gradient of {_run.Network.Parameters.At(position).Name} is "
                    + $"{chunk[defect]} at position {position} of the flat vector, summed over all shards, each of "
                    + $"which was finite: {RoundAdvice.OnDivergence}";
                return;
            }

            int start = bucketStart + done;
            Update.ApplyNext(step, clipFactor, Current.Span, _next.Span, start, chunk);
        }
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
        Update.Dispose();
        _pool.Dispose();
    }

    /// <summary>Floats; gradient, both weights and optimizer state of a chunk stay in the first caches.</summary>
    private const int ChunkLength = 4096;
}
