using System.Collections.Immutable;
using DistTrain.Numerics;
using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>Where a run starts: at its beginning, or at a checkpoint.</summary>
internal sealed class CheckpointStart : IDisposable
{
    private readonly CheckpointFile? _file;
    private readonly AlignedBuffer? _initial;

    /// <param name="initial">Weights to start from; null: those of the checkpoint, else drawn from the seed.</param>
    /// <param name="changedKeys">Of the run file since the checkpoint, as far as they decide the weights.</param>
    private CheckpointStart(CheckpointFile? file, AlignedBuffer? initial, ImmutableArray<string> changedKeys = default)
    {
        Origin = file is null
            ? null : (file.Header.Progress.Origin ?? new RunOrigin()).ResumedAt(file.Header.Step, changedKeys);
        _file = file;
        _initial = initial;
        Progress = file?.Header.Progress ?? new RunProgress();
        Version = new WeightVersion(file?.Header.Step ?? 0);

        // Later lives of a run have greater terms, also where an earlier life left no checkpoint to tell of it.
        Term = new Term(Math.Max((file?.Header.Term ?? 0) + 1, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()));
    }

    public WeightVersion Version { get; }

    public Term Term { get; }

    public RunProgress Progress { get; }

    /// <summary>Null: the run begins here.</summary>
    public RunOrigin? Origin { get; }

    /// <param name="say">Takes a line for people.</param>
    /// <exception cref="RunFileException">The checkpoint is another run's; the message names what changed.</exception>
    /// <exception cref="TrainedModelException">The initial weights cannot be read, or are another model's.</exception>
    public static CheckpointStart Find(OutFolder folder, LoadedRun run, SessionSettings settings, Action<string> say)
    {
        var store = new CheckpointStore(folder.Checkpoints, run.Run.Checkpoint.Keep);
        if (!settings.Resume)
        {
            AlignedBuffer? initial = ReadInitial(run);
            if (store.Clear() is int removed and > 0)
            {
                string what = removed == 1 ? "checkpoint of an earlier run was" : "checkpoints of an earlier run were";
                say($"{removed} {what} removed from {folder.Checkpoints}; --resume keeps them");
            }

            folder.RemoveResults();
            return new CheckpointStart(null, initial);
        }

        if (folder.IsHeld)
        {
            store.ClearUnfinished();
        }

        CheckpointFile? file = store.ReadNewest(say);
        if (file is null)
        {
            say($"there is no usable checkpoint in {folder.Checkpoints}: the run starts at its beginning");
            return new CheckpointStart(null, ReadInitial(run));
        }

        try
        {
            ResumeCheck.Require(file.Header, run, settings.Force);
        }
        catch
        {
            file.Dispose();
            throw;
        }

        ImmutableArray<string> changed = ResumeCheck.DecidingKeys(file.Header, run);
        string with = changed.IsEmpty
            ? "" : $" with another {string.Join(", ", changed)}; from its start the run file as it is now would give other weights";
        say($"the run goes on after step {file.Header.Step}{with}");
        return new CheckpointStart(file, null, changed);
    }

    /// <summary>Writes weights and optimizer state of the start.</summary>
    /// <exception cref="RunFileException">The optimizer's state has another size.</exception>
    public void Fill(ModelState model, LoadedRun run)
    {
        if (_file is null)
        {
            run.Network.InitializeParameters(model.Current.Span, run.Run.Training.Seed);
            _initial?.Span.CopyTo(model.Current.Span);
            return;
        }

        Span<float> state = model.Update.State;
        if (state.Length != _file.State.Length)
        {
            throw new RunFileException(
                $"the checkpoint has {_file.State.Length:N0} floats of optimizer state, the run file's optimizer has "
                + $"{state.Length:N0}: keep training.optimizer as it was, or start without --resume");
        }

        _file.Weights.Span.CopyTo(model.Current.Span);
        _file.State.Span.CopyTo(state);
    }

    public void Dispose()
    {
        _file?.Dispose();
        _initial?.Dispose();
    }

    private static AlignedBuffer? ReadInitial(LoadedRun run)
    {
        if (run.Run.Training.InitialWeights is not { } path)
        {
            return null;
        }

        var weights = new AlignedBuffer(run.Network.Parameters.Length);
        try
        {
            WeightsReader.Read(Path.GetFullPath(path, run.Run.BaseFolder), run.Network.Parameters, weights.Span);
            return weights;
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }
}
