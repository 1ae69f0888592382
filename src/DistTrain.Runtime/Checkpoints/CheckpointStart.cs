using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>Where a run starts: at its beginning, or at a checkpoint.</summary>
internal sealed class CheckpointStart : IDisposable
{
    private readonly CheckpointFile? _file;

    private CheckpointStart(CheckpointFile? file)
    {
        _file = file;
        Progress = file?.Header.Progress ?? new RunProgress();
        Version = new WeightVersion(file?.Header.Step ?? 0);

        // Later lives of a run have greater terms, also where an earlier life left no checkpoint to tell of it.
        Term = new Term(Math.Max((file?.Header.Term ?? 0) + 1, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()));
    }

    public WeightVersion Version { get; }

    public Term Term { get; }

    public RunProgress Progress { get; }

    /// <param name="say">Takes a line for people.</param>
    /// <exception cref="TrainingException">The checkpoint is another run's; the message names what changed.</exception>
    public static CheckpointStart Find(OutFolder folder, LoadedRun run, SessionSettings settings, Action<string> say)
    {
        var store = new CheckpointStore(folder.Checkpoints, run.Run.Checkpoint.Keep);
        if (!settings.Resume)
        {
            if (store.Clear() is int removed and > 0)
            {
                say($"{removed} checkpoints of an earlier run were removed from {folder.Checkpoints}; --resume keeps them");
            }

            return new CheckpointStart(null);
        }

        store.ClearUnfinished();
        CheckpointFile? file = store.ReadNewest(say);
        if (file is null)
        {
            say($"there is no usable checkpoint in {folder.Checkpoints}: the run starts at its beginning");
            return new CheckpointStart(null);
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

        say($"the run goes on after step {file.Header.Step}");
        return new CheckpointStart(file);
    }

    /// <summary>Writes weights and optimizer state of the start.</summary>
    /// <exception cref="TrainingException">The optimizer's state has another size.</exception>
    public void Fill(ModelState model, LoadedRun run)
    {
        if (_file is null)
        {
            run.Network.InitializeParameters(model.Current.Span, run.Run.Training.Seed);
            return;
        }

        Span<float> state = model.Update.State;
        if (state.Length != _file.State.Length)
        {
            throw new TrainingException(
                $"the checkpoint has {_file.State.Length:N0} floats of optimizer state, the run file's optimizer has "
                + $"{state.Length:N0}: keep training.optimizer as it was, or start without --resume");
        }

        _file.Weights.Span.CopyTo(model.Current.Span);
        _file.State.Span.CopyTo(state);
    }

    public void Dispose() => _file?.Dispose();
}
