using System.Net;
using DistTrain.Protocol;
using DistTrain.Runtime;

namespace DistTrain.Cli;

/// <summary>What a user sees of a run. Disposed when the run is over, before the result is shown.</summary>
internal abstract class TrainingView : ITrainingObserver, IDisposable
{
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

    public virtual void OnStarted(TrainingStarted started) => OutFolder = started.OutFolder;

    public virtual void OnStep(in StepFigures step)
    {
    }

    public virtual void OnEpoch(EpochFigures epoch)
    {
    }

    public abstract void OnNotice(Notice notice);

    public abstract void OnMessage(string text);

    public abstract void OnSamples(SampleReport samples);

    public abstract void OnResult(TrainingResult result);

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
    }
}
