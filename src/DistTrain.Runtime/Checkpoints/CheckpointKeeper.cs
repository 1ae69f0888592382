using System.Diagnostics;
using DistTrain.Numerics;
using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>
/// Takes checkpoints while training goes on: the weights of a version are never written again, so only the optimizer's
/// state is copied; hashing and writing happen on another thread. While one is written the next waits.
/// </summary>
public sealed class CheckpointKeeper : ICheckpointKeeper, IAsyncDisposable
{
    private readonly LoadedRun _run;
    private readonly OutFolder _folder;
    private readonly Term _term;
    private readonly Action<string> _say;
    private readonly CheckpointStore _store;
    private AlignedBuffer _state = new(0);
    private Task _writing = Task.CompletedTask;
    private Task _writingBest = Task.CompletedTask;
    private WeightBuffer? _waitingBest;
    private long _lastAt = Stopwatch.GetTimestamp();
    private long _lastStep;
    private bool _lastEvaluated;
    private volatile bool _lastFailed;
    private volatile string? _newest;

    /// <param name="say">Takes a line for people, from any thread.</param>
    public CheckpointKeeper(LoadedRun run, OutFolder folder, Term term, long startStep, Action<string> say)
    {
        _run = run;
        _folder = folder;
        _term = term;
        _say = say;
        _lastStep = startStep;
        _store = new CheckpointStore(folder.Checkpoints, run.Run.Checkpoint.Keep);
        _newest = startStep > 0 && _store.Files() is [string newest, ..] ? newest : null;
    }

    /// <summary>Path of the newest checkpoint relative to the output folder; null: there is none.</summary>
    public string? Newest => _newest is { } path ? Path.GetRelativePath(_folder.Root, path) : null;

    /// <summary>
    /// Whether a coordinator of a later term has written to the folder, as when this one was frozen and replaced. What that one
    /// writes is the run; this one's state is of the past.
    /// </summary>
    public bool IsSuperseded => _store.HasLaterThan(_term);

    public void OnRound(ModelState model, RunProgress progress)
    {
        CheckpointSpec spec = _run.Run.Checkpoint;
        bool isDue = (spec.EverySteps > 0 && model.Current.Version.Value - _lastStep >= spec.EverySteps)
            || (spec.EverySeconds > 0 && Stopwatch.GetElapsedTime(_lastAt).TotalSeconds >= spec.EverySeconds);
        if (isDue && _writing.IsCompleted && model.Current.Version.Value > _lastStep)
        {
            Begin(model, progress);
        }
    }

    public void KeepBest(ModelState model)
    {
        WeightBuffer weights = model.Current;
        weights.Retain();
        if (Interlocked.Exchange(ref _waitingBest, weights) is { } overtaken)
        {
            // Its write, which has not begun, takes the better weights.
            overtaken.Release();
            return;
        }

        _writingBest = WriteBestAsync(_writingBest);
    }

    /// <summary>Writes the last checkpoint and waits for it.</summary>
    /// <returns>Path of the newest checkpoint relative to the output folder; null: there is none.</returns>
    public async Task<string?> FinishAsync(ModelState model, RunProgress progress, RunEnd end)
    {
        await _writing.ConfigureAwait(false);
        await _writingBest.ConfigureAwait(false);
        bool isNews = model.Current.Version.Value > _lastStep || progress.Evaluated != _lastEvaluated || _newest is null
            || _lastFailed;
        bool isSound = model.Defect is null && (end.Kind != RunEndKind.Failed || model.Current.Version.Value > 0);
        if (isNews && isSound)
        {
            Begin(model, progress);
            await _writing.ConfigureAwait(false);
        }

        return Newest;
    }

    public async ValueTask DisposeAsync()
    {
        await _writing.ConfigureAwait(false);
        await _writingBest.ConfigureAwait(false);
        _state.Dispose();
    }

    private void Begin(ModelState model, RunProgress progress)
    {
        WeightBuffer weights = model.Current;
        weights.Retain();
        Span<float> state = model.Update.State;
        if (_state.Length != state.Length)
        {
            _state.Dispose();
            _state = new AlignedBuffer(state.Length);
        }

        state.CopyTo(_state.Span);
        _lastAt = Stopwatch.GetTimestamp();
        _lastStep = weights.Version.Value;
        _lastEvaluated = progress.Evaluated;
        var header = new CheckpointHeader
        {
            Term = _term.Value,
            Step = weights.Version.Value,
            RunHash = _run.RunHash,
            DataHash = _run.Data.ContentHash,
            RunJson = _run.RunJson,
            ParameterCount = weights.Length,
            StateCount = _state.Length,
            Progress = progress,
        };
        _writing = WriteAsync(_writingBest, header, weights);
    }

    /// <summary>After the best model that the header's figures tell of: a checkpoint never knows of one that is not there.</summary>
    private async Task WriteAsync(Task best, CheckpointHeader header, WeightBuffer weights)
    {
        await best.ConfigureAwait(false);
        await QuietThread.RunAsync("checkpoint", () => Write(header, weights)).ConfigureAwait(false);
    }

    private void Write(CheckpointHeader header, WeightBuffer weights)
    {
        try
        {
            _newest = _store.Write(header, weights.Bytes, _state);
            _lastFailed = false;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            _lastFailed = true;
            _say($"the checkpoint of step {header.Step} could not be written ({error.Message.TrimEnd('.')}); "
                + "training goes on, older checkpoints stay");
        }
        finally
        {
            weights.Release();
        }
    }

    private async Task WriteBestAsync(Task before)
    {
        await before.ConfigureAwait(false);
        await QuietThread.RunAsync("best model", () =>
        {
            WeightBuffer weights = Interlocked.Exchange(ref _waitingBest, null)!;
            try
            {
                ModelFile.Write(_folder.BestModel, _run, weights);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                _say($"the best model could not be written ({error.Message.TrimEnd('.')}); training goes on");
            }
            finally
            {
                weights.Release();
            }
        }).ConfigureAwait(false);
    }
}
