using System.Diagnostics;
using System.Net;
using DistTrain.Protocol;
using DistTrain.Runtime;
using Spectre.Console;

namespace DistTrain.Cli;

/// <summary>One line at the bottom of the terminal that is redrawn as the run goes on; notices scroll by above it.</summary>
internal sealed class BarView(ReportSpec report) : TrainingView
{
    private const string ClearLine = "\r\u001b[K";

    /// <summary>Of a terminal that tells no width.</summary>
    private const int WidthMin = 20;

    /// <summary>Fast enough to look alive, slow enough to cost nothing.</summary>
    private static readonly TimeSpan DrawEvery = TimeSpan.FromMilliseconds(100);

    private readonly IAnsiConsole _console = TerminalOutput.Open();
    private readonly RunClock _clock = new();
    private long _drawnAt;
    private bool _isDrawn;
    private string _evaluation = "";
    private StepFigures _step;

    public override void OnListening(IPEndPoint address) => PrintAbove($"listening on {address}");

    public override void OnStarted(TrainingStarted started)
    {
        base.OnStarted(started);
        _clock.Start(started);
        PrintAbove(Headline.Describe(started));
    }

    public override void OnStep(in StepFigures step)
    {
        base.OnStep(step);
        _clock.Advance(step.Step);
        _step = step;
        if (Stopwatch.GetElapsedTime(_drawnAt) >= DrawEvery)
        {
            Draw();
        }
    }

    public override void OnEpoch(EpochFigures epoch)
    {
        if ((epoch.Validation ?? epoch.Test) is { } evaluation)
        {
            string part = epoch.Validation is null ? "test" : "validation";
            _evaluation = evaluation.Accuracy is { } share
                ? $"{part} {Figures.Percent(share)}" : $"{part} loss {Figures.Short(evaluation.Loss)}";
        }
    }

    protected override void Show(Notice notice) => PrintAbove(notice.Text);

    public override void OnMessage(string text) => PrintAbove(text);

    public override void OnSamples(SampleReport samples)
    {
        Clear();
        SampleTable.Write(_console, samples, report.Threshold);
    }

    public override void OnResult(TrainingResult result) => SummaryTable.Write(_console, result.Summary, OutFolder);

    protected override void Dispose(bool disposing)
    {
        Clear();
        base.Dispose(disposing);
    }

    private void Draw()
    {
        string accuracy = _step.Accuracy is { } share ? $"accuracy {Figures.Percent(share)}" : "";
        string line = ProgressLine.Compose(
            $"epoch {_step.Epoch}/{_clock.Epochs}",
            [
                ($"loss {Figures.Short(_step.Loss)}", 0),
                (accuracy, _evaluation.Length > 0 ? 4 : 2),
                (_evaluation, 2),
                ($"{Figures.Count(_step.SamplesPerSecond)} samples/s", 3),
                (_clock.DescribeTimeLeft(), 1),
            ],
            _clock.Share, Math.Max(WidthMin, Console.WindowWidth - 1),
            isColored: _console.Profile.Capabilities.ColorSystem != ColorSystem.NoColors);
        Console.Out.Write(ClearLine + line);
        _isDrawn = true;
        _drawnAt = Stopwatch.GetTimestamp();
    }

    private void PrintAbove(string line)
    {
        Clear();
        _console.WriteLine(line);
        if (_step.Step > 0)
        {
            Draw();
        }
    }

    private void Clear()
    {
        if (_isDrawn)
        {
            Console.Out.Write(ClearLine);
            _isDrawn = false;
        }
    }
}
