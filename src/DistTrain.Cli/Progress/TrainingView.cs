using System.Net;
using DistTrain.Protocol;
using DistTrain.Runtime;

namespace DistTrain.Cli;

/// <summary>What a user sees of a run. Disposed when the run is over, before the result is shown.</summary>
internal abstract class TrainingView : ITrainingObserver, IDisposable
{
    private readonly LagSummary _lags = new();
    private bool _isGathering;

    /// <summary>Known from the start on; empty before.</summary>
    public string OutFolder { get; private set; } = "";

    public static TrainingView Choose(RunFile run, bool json, bool quiet)
    {
        if (json)
        {
            return new JsonView();
        }

        return quiet ? new QuietView(run.Report)
            : TerminalOutput.IsTerminal ? new BarView(run.Report) : new LinesView(run.Report);
    }

    public virtual void OnListening(IPEndPoint address)
    {
    }

    public virtual void OnStarted(TrainingStarted started)
    {
        OutFolder = started.OutFolder;
        _isGathering = started.Workers > 0;
    }

    public virtual void OnStep(in StepFigures step)
    {
        _isGathering = false;
        if (_lags.TakeLine() is { } line)
        {
            ShowLags(line);
        }
    }

    public virtual void OnEpoch(EpochFigures epoch)
    {
    }

    /// <summary>
    /// All notices but those that tell how a run on this machine gathers its own workers at the start; of workers that lag
    /// a summary.
    /// </summary>
    public void OnNotice(Notice notice)
    {
        bool isOfGathering = _isGathering && notice is (Notice.WaitingForWorkers or Notice.WorkerJoined);
        if (ShowsEverything)
        {
            Show(notice);
        }
        else if (notice is Notice.ShardsRepeated repeated)
        {
            _lags.Note(repeated);
        }
        else if (!isOfGathering)
        {
            Show(notice);
        }
    }

    public abstract void OnMessage(string text);

    public abstract void OnSamples(SampleReport samples);

    public abstract void OnResult(TrainingResult result);

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual bool ShowsEverything => false;

    protected abstract void Show(Notice notice);

    protected virtual void ShowLags(string line) => OnMessage(line);

    protected virtual void Dispose(bool disposing)
    {
    }
}
