using DistTrain.Models;
using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>Turns rounds' metric sums into figures of steps, epochs and evaluations. Knows no files and no clock.</summary>
/// <remarks>Sums are kept in double, in the order of the steps, so that figures do not depend on the workers either.</remarks>
public sealed class RoundLedger
{
    private readonly LoadedRun _run;
    private readonly StepClock _clock = new();
    private RunProgress _progress;
    private bool _epochIsOpen;

    /// <param name="progress">As the checkpoint had it, or empty.</param>
    public RoundLedger(LoadedRun run, RunProgress progress)
    {
        _run = run;
        _progress = progress;
        _epochIsOpen = progress.EpochRows > 0;
    }

    public RunProgress Progress => _progress;

    public double SamplesPerSecond => _clock.SamplesPerSecond;

    public double MedianMs => _clock.MedianMs();

    public void CountRecovery() => _progress = _progress with { Recoveries = _progress.Recoveries + 1 };

    /// <param name="metricSums">Shape (MetricSums.Count,).</param>
    /// <param name="seconds">Since the round before.</param>
    public StepFigures AddStep(
        Round round, ReadOnlySpan<float> metricSums, double seconds, double learningRate, int workers)
    {
        double lossSum = metricSums[MetricSums.Loss];
        double correct = metricSums[MetricSums.Correct];
        _epochIsOpen = true;
        _progress = _progress with
        {
            EpochLossSum = _progress.EpochLossSum + lossSum,
            EpochCorrect = _progress.EpochCorrect + correct,
            EpochRows = _progress.EpochRows + round.Rows,
            EpochSeconds = _progress.EpochSeconds + seconds,
            EpochTrainSeconds = _progress.EpochTrainSeconds + seconds,
            Rows = _progress.Rows + round.Rows,
            TrainSeconds = _progress.TrainSeconds + seconds,
            Seconds = _progress.Seconds + seconds,
            LastLoss = lossSum / round.Rows,
            Evaluated = false,
        };
        _clock.Add(round.Rows, seconds);
        return new StepFigures(
            round.Version.Value + 1, round.Epoch + 1, round.Rows, lossSum / round.Rows,
            _run.IsClassification ? correct / round.Rows : null, learningRate, seconds, _clock.SamplesPerSecond, workers);
    }

    public EvaluationFigures AddEvaluation(Round round, ReadOnlySpan<float> metricSums, double seconds)
    {
        double values = (double)round.Rows * _run.Network.TargetWidth;
        var figures = new EvaluationFigures(
            round.Rows,
            metricSums[MetricSums.Loss] / (double)round.Rows,
            _run.IsClassification ? metricSums[MetricSums.Correct] / (double)round.Rows : null,
            _run.IsClassification ? null : metricSums[MetricSums.AbsoluteError] / values,
            _run.IsClassification ? null : Math.Sqrt(metricSums[MetricSums.SquaredError] / values));
        _progress = _progress with
        {
            LastTest = HasValidation ? null : figures,
            LastValidation = HasValidation ? figures : null,
            Evaluated = true,
            EpochSeconds = _progress.EpochSeconds + (_epochIsOpen ? seconds : 0),
            Seconds = _progress.Seconds + seconds,
        };
        return figures;
    }

    /// <summary>Whether a finished or last epoch waits for its line at this version.</summary>
    public bool EpochEnds(WeightVersion version) => _epochIsOpen
        && (version.Value % _run.Plan.StepsPerEpoch == 0 || version.Value >= _run.Plan.StepsTotal);

    /// <summary>Closes the epoch that ended with this version.</summary>
    /// <param name="evaluation">Null where none was due.</param>
    public EpochFigures CloseEpoch(WeightVersion version, EvaluationFigures? evaluation)
    {
        int epoch = (int)((version.Value - 1) / _run.Plan.StepsPerEpoch) + 1;
        double rows = _progress.EpochRows;
        var figures = new EpochFigures(
            epoch, version.Value, _progress.EpochLossSum / rows,
            _run.IsClassification ? _progress.EpochCorrect / rows : null, HasValidation ? null : evaluation,
            _progress.EpochSeconds, rows / Math.Max(_progress.EpochTrainSeconds, 1e-9), HasValidation ? evaluation : null);
        _epochIsOpen = false;
        _progress = _progress with
        {
            EpochLossSum = 0,
            EpochCorrect = 0,
            EpochRows = 0,
            EpochSeconds = 0,
            EpochTrainSeconds = 0,
            LastEpoch = figures,
        };
        return figures;
    }

    private bool HasValidation => _run.Data.Validation is not null;

    /// <summary>Compares an evaluation with the best so far.</summary>
    /// <returns>Whether it is the new best one.</returns>
    public bool Judge(BestMetric metric, EvaluationFigures evaluation, WeightVersion version)
    {
        double? value = metric switch
        {
            BestMetric.Accuracy => evaluation.Accuracy,
            BestMetric.MeanAbsoluteError => evaluation.MeanAbsoluteError,
            BestMetric.RootMeanSquareError => evaluation.RootMeanSquareError,
            _ => evaluation.Loss,
        };
        bool isBest = value is { } now && double.IsFinite(now)
            && (_progress.BestValue is not { } best || _progress.BestMetric != metric
                || (metric == BestMetric.Accuracy ? now > best : now < best));
        _progress = isBest
            ? _progress with { BestMetric = metric, BestValue = value, BestStep = version.Value, EvaluationsSinceBest = 0 }
            : _progress with { EvaluationsSinceBest = _progress.EvaluationsSinceBest + 1 };
        return isBest;
    }
}
