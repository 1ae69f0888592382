using System.Net;
using DistTrain.Protocol;
using DistTrain.Runtime;

namespace DistTrain.Cli;

/// <summary>What a user sees of a run. Disposed when the run is over, before the result is shown.</summary>
internal abstract class TrainingView : ITrainingObserver, IDisposable
{
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
        _isGathering = started.Engine != "cluster";
    }

    public virtual void OnStep(in StepFigures step) => _isGathering = false;

    public virtual void OnEpoch(EpochFigures epoch)
    {
    }

    /// <summary>All notices but those that tell how a run on this machine gathers its own workers at the start.</summary>
    public void OnNotice(Notice notice)
    {
        if (!_isGathering || notice is not (Notice.WaitingForWorkers or Notice.WorkerJoined) || ShowsGathering)
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

    protected virtual bool ShowsGathering => false;

    protected abstract void Show(Notice notice);

    protected virtual void Dispose(bool disposing)
    {
    }
}
