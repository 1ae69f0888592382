using System.Collections.Immutable;

namespace DistTrain.Simulation;

/// <summary>Seconds that one worker computes on a number of rows: measured points, straight lines between them.</summary>
public sealed class ComputeCurve
{
    private readonly ImmutableArray<(double Rows, double Seconds)> _points;

    /// <param name="points">In ascending order of rows, both numbers above 0; at least one.</param>
    public ComputeCurve(IEnumerable<(double Rows, double Seconds)> points)
    {
        _points = [.. points];
        if (_points.IsEmpty || _points.Any(point => !(point.Rows > 0 && point.Seconds > 0)))
        {
            throw new ArgumentException("a curve of computing time needs points above 0", nameof(points));
        }
    }

    /// <summary>What was measured, in ascending order of rows.</summary>
    public IReadOnlyList<ComputePoint> Points => [.. _points.Select(point => new ComputePoint(point.Rows, point.Seconds))];

    /// <summary>
    /// Below the first point the time stays (a pass costs what it costs), above the last it goes on in proportion to rows.
    /// </summary>
    public double Seconds(double rows)
    {
        if (rows <= _points[0].Rows)
        {
            return _points[0].Seconds;
        }

        for (int i = 1; i < _points.Length; i++)
        {
            if (rows <= _points[i].Rows)
            {
                (double fromRows, double from) = _points[i - 1];
                (double toRows, double to) = _points[i];
                return from + ((to - from) * (rows - fromRows) / (toRows - fromRows));
            }
        }

        return _points[^1].Seconds * rows / _points[^1].Rows;
    }

    /// <summary>The same curve on slower or faster cores.</summary>
    public ComputeCurve Scaled(double factor) => new(_points.Select(point => (point.Rows, point.Seconds * factor)));
}

/// <summary>Seconds of one pass over so many rows.</summary>
public readonly record struct ComputePoint(double Rows, double Seconds);
