using System.Collections.Immutable;
using DistTrain.Data;
using DistTrain.Models;
using DistTrain.Numerics;
using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>Runs a trained model over labelled rows.</summary>
public static class ModelEvaluation
{
    /// <exception cref="TrainedModelException">The rows are not of the model's shape.</exception>
    /// <exception cref="ModelException">A row has a feature that the model cannot take.</exception>
    public static EvaluationReport Run(TrainedModel model, DataSet part)
    {
        if (part.FeatureShape.Size != model.Network.Spec.Input.Size || part.TargetWidth != model.Network.TargetWidth)
        {
            throw new TrainedModelException(
                $"the rows have {part.FeatureShape.Size} features and {part.TargetWidth} targets, the model expects "
                + $"{model.Network.Spec.Input.Size} and {model.Network.TargetWidth}; evaluate on data like the training's");
        }

        FeatureFit.Require(part, "the rows", model.Features, model.Network);
        return Run(model.Network, model.Weights, model.Outputs, part);
    }

    /// <param name="weights">The flat parameter vector.</param>
    /// <param name="part">Of the network's shapes.</param>
    internal static EvaluationReport Run(Network network, ReadOnlySpan<float> weights, OutputDecoder outputs, DataSet part)
    {
        using var pass = new Pass(network, outputs, part);
        for (int first = 0; first < part.RowCount; first += RunPlan.EvaluationShardRows)
        {
            pass.Add(weights, first, Math.Min(RunPlan.EvaluationShardRows, part.RowCount - first));
        }

        return pass.Report();
    }

    private static double? Divide(double left, double right) => right == 0 ? null : left / right;

    /// <summary>The sums of one walk over the rows.</summary>
    private sealed class Pass : IDisposable
    {
        private readonly Network _network;
        private readonly OutputDecoder _decoder;
        private readonly DataSet _part;
        private readonly NetworkLane _lane;
        private readonly AlignedBuffer _features;
        private readonly AlignedBuffer _targets;
        private readonly AlignedBuffer _outputs;
        private readonly int[] _rows = new int[RunPlan.EvaluationShardRows];
        private readonly double[] _sums = new double[MetricSums.Count];
        private readonly int[,] _confusion;
        private readonly double[] _targetSums;
        private readonly double[] _targetSquares;

        public Pass(Network network, OutputDecoder decoder, DataSet part)
        {
            _network = network;
            _decoder = decoder;
            _part = part;
            _lane = network.CreateLane();
            _features = new AlignedBuffer(RunPlan.EvaluationShardRows * part.FeatureShape.Size);
            _targets = new AlignedBuffer(RunPlan.EvaluationShardRows * part.TargetWidth);
            _outputs = new AlignedBuffer(RunPlan.EvaluationShardRows * network.Output.Size);
            int classes = decoder.ClassNames.Length;
            _confusion = new int[classes, classes];
            _targetSums = new double[part.TargetWidth];
            _targetSquares = new double[part.TargetWidth];
        }

        public void Add(ReadOnlySpan<float> weights, int firstRow, int count)
        {
            for (int row = 0; row < count; row++)
            {
                _rows[row] = firstRow + row;
            }

            Span<float> features = _features.Span[..(count * _part.FeatureShape.Size)];
            Span<float> targets = _targets.Span[..(count * _part.TargetWidth)];
            Span<float> outputs = _outputs.Span[..(count * _network.Output.Size)];
            _part.GatherFeatures(_rows.AsSpan(0, count), features);
            _part.GatherTargets(_rows.AsSpan(0, count), targets);
            var slice = new BatchSlice
            {
                Features = features,
                Targets = targets,
                ShardStarts = [0, count],
                BatchRows = _part.RowCount,
                FirstRow = firstRow,
                Seed = 0,
                Epoch = 0,
                Step = 0,
            };
            Span<float> sums = stackalloc float[MetricSums.Count];
            _lane.ComputeMetrics(weights, slice, sums);
            for (int metric = 0; metric < sums.Length; metric++)
            {
                _sums[metric] += sums[metric];
            }

            _lane.Predict(weights, features, count, outputs);
            AddRows(targets, outputs, count);
        }

        public EvaluationReport Report()
        {
            int rows = _part.RowCount;
            double values = (double)rows * _part.TargetWidth;
            bool classes = _decoder.IsClassification;
            return new EvaluationReport
            {
                Rows = rows,
                Loss = _sums[MetricSums.Loss] / rows,
                Accuracy = classes ? _sums[MetricSums.Correct] / rows : null,
                MeanAbsoluteError = classes ? null : _sums[MetricSums.AbsoluteError] / values,
                RootMeanSquareError = classes ? null : Math.Sqrt(_sums[MetricSums.SquaredError] / values),
                ExplainedVariance = classes ? null : ExplainedVariance(rows),
                Classes = Classes(),
                Confusion = [.. Enumerable.Range(0, _confusion.GetLength(0)).Select(RowOf)],
            };
        }

        public void Dispose()
        {
            _lane.Dispose();
            _features.Dispose();
            _targets.Dispose();
            _outputs.Dispose();
        }

        private void AddRows(ReadOnlySpan<float> targets, ReadOnlySpan<float> outputs, int count)
        {
            int width = _network.Output.Size;
            for (int row = 0; row < count; row++)
            {
                if (_decoder.IsClassification)
                {
                    int predicted = _decoder.ClassOf(outputs.Slice(row * width, width));
                    if (predicted < _confusion.GetLength(1))
                    {
                        _confusion[(int)targets[row], predicted]++;
                    }

                    continue;
                }

                for (int column = 0; column < _targetSums.Length; column++)
                {
                    double target = targets[(row * _targetSums.Length) + column];
                    _targetSums[column] += target;
                    _targetSquares[column] += target * target;
                }
            }
        }

        private double? ExplainedVariance(int rows)
        {
            double spread = 0;
            for (int column = 0; column < _targetSums.Length; column++)
            {
                spread += _targetSquares[column] - (_targetSums[column] * _targetSums[column] / rows);
            }

            return spread > 0 ? 1 - (_sums[MetricSums.SquaredError] / spread) : null;
        }

        private ImmutableArray<ClassFigures> Classes()
        {
            ImmutableArray<ClassFigures>.Builder figures = ImmutableArray.CreateBuilder<ClassFigures>();
            for (int index = 0; index < _confusion.GetLength(0); index++)
            {
                int right = _confusion[index, index];
                int actual = RowOf(index).Sum();
                int predicted = Enumerable.Range(0, _confusion.GetLength(0)).Sum(row => _confusion[row, index]);
                figures.Add(new ClassFigures(
                    _decoder.ClassNames[index], actual, Divide(right, predicted), Divide(right, actual),
                    predicted == 0 || actual == 0 ? null : 2.0 * right / (predicted + actual)));
            }

            return figures.ToImmutable();
        }

        private ImmutableArray<int> RowOf(int index) =>
            [.. Enumerable.Range(0, _confusion.GetLength(1)).Select(column => _confusion[index, column])];
    }
}
