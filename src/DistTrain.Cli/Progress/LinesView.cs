using System.Diagnostics;
using System.Net;
using DistTrain.Protocol;
using DistTrain.Runtime;

namespace DistTrain.Cli;

/// <summary>A line for each epoch, one a second at most, and within long epochs one every few seconds: for files and pipes.</summary>
internal sealed class LinesView(ReportSpec report) : TrainingView
{
    /// <summary>Between lines inside an epoch.</summary>
    private static readonly TimeSpan StepLineEvery = TimeSpan.FromSeconds(10);

    /// <summary>Between lines of epochs; metrics.jsonl has them all.</summary>
    private static readonly TimeSpan EpochLineEvery = TimeSpan.FromSeconds(1);

    private readonly RunClock _clock = new();
    private long _lastLine = Stopwatch.GetTimestamp();

    public override void OnListening(IPEndPoint address) => Console.Out.WriteLine($"listening on {address}");

    public override void OnStarted(TrainingStarted started)
    {
        base.OnStarted(started);
        _clock.Start(started);
        Console.Out.WriteLine(Headline.Describe(started));
    }

    public override void OnStep(in StepFigures step)
    {
        base.OnStep(step);
        _clock.Advance(step.Step);
        if (Stopwatch.GetElapsedTime(_lastLine) >= StepLineEvery)
        {
            _lastLine = Stopwatch.GetTimestamp();
            string accuracy = step.Accuracy is { } share ? $"  accuracy {Figures.Percent(share)}" : "";
            Console.Out.WriteLine(
                $"step {step.Step}/{_clock.StepsTotal}  epoch {step.Epoch}/{_clock.Epochs}  loss {Figures.Short(step.Loss)}"
                + $"{accuracy}  {Figures.Count(step.SamplesPerSecond)} samples/s  {_clock.DescribeTimeLeft()}");
        }
    }

    public override void OnEpoch(EpochFigures epoch)
    {
        if (Stopwatch.GetElapsedTime(_lastLine) < EpochLineEvery && epoch.Epoch > 1 && epoch.Step < _clock.StepsTotal)
        {
            return;
        }

        _lastLine = Stopwatch.GetTimestamp();
        Console.Out.WriteLine(
            $"epoch {epoch.Epoch}/{_clock.Epochs}  {Headline.Describe(epoch)}  "
            + $"{Figures.Count(epoch.SamplesPerSecond)} samples/s  {_clock.DescribeTimeLeft()}");
    }

    protected override void Show(Notice notice) => Console.Out.WriteLine(notice.Text);

    public override void OnMessage(string text) => Console.Out.WriteLine(text);

    public override void OnSamples(SampleReport samples) =>
        SampleTable.Write(TerminalOutput.Open(), samples, report.Threshold);

    public override void OnResult(TrainingResult result) =>
        SummaryTable.Write(TerminalOutput.Open(), result.Summary, OutFolder);
}
