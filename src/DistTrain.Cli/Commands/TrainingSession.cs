using System.Net;
using DistTrain.Protocol;
using DistTrain.Runtime;

namespace DistTrain.Cli;

/// <summary>What train and coordinator have in common: progress, Ctrl-C, the summary, the exit code.</summary>
internal sealed class TrainingSession
{
    private readonly TrainingView _view;

    public TrainingSession(RunFile run, bool json, bool quiet)
    {
        TolerantWriter.Install();
        _view = TrainingView.Choose(run, json, quiet);
    }

    /// <returns>runs/NAME, NAME being the run file's, or its folder's where the file is called run.json.</returns>
    public static string DefaultOutFolder(string runFile)
    {
        string name = Path.GetFileNameWithoutExtension(runFile);
        string? folder = Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(runFile)));
        return Path.Combine("runs", name == "run" && !string.IsNullOrEmpty(folder) ? folder : name);
    }

    public void OnListening(IPEndPoint address) => _view.OnListening(address);

    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(Func<ITrainingObserver, CancellationToken, Task<TrainingResult>> train)
    {
        using var interrupt = new Interrupt();
        TrainingResult result;
        try
        {
            using (_view)
            {
                result = await train(_view, interrupt.Stop).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (interrupt.Stop.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync("stopped before the training began").ConfigureAwait(false);
            return interrupt.ExitCode;
        }

        _view.OnResult(result);
        switch (result.End.Kind)
        {
            case RunEndKind.Completed:
                return ExitCodes.Done;
            case RunEndKind.Stopped:
                await Console.Error.WriteLineAsync(DescribeStop(result.Summary)).ConfigureAwait(false);
                return interrupt.ExitCode;
            default:
                await Console.Error.WriteLineAsync(DescribeFailure(result)).ConfigureAwait(false);
                return ExitCodes.Failed;
        }
    }

    /// <summary>The cause, and in a line of its own what there is to go on from.</summary>
    private string DescribeFailure(TrainingResult result) => result.Summary.Checkpoint is null
        ? result.End.Reason
        : $"{result.End.Reason}\nto go on from {Path.Combine(_view.OutFolder, result.Summary.Checkpoint)}: the same command "
            + "with --resume (and --force, where its settings changed)";

    private string DescribeStop(RunSummary summary)
    {
        string where = $"stopped after step {Figures.Count(summary.Steps)} ({Figures.Plural(summary.Epochs, "whole epoch")})";
        return summary.Checkpoint is null
            ? $"{where}; there is no checkpoint to go on from"
            : $"{where}; to go on: the same command with --resume, from {Path.Combine(_view.OutFolder, summary.Checkpoint)}";
    }
}
