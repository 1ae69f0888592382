namespace DistTrain.Numerics.Convolution;

/// <summary>Walks the samples of segments (shards) in runs that lie in one segment and in one block of sixteen.</summary>
/// <param name="starts">First sample of each segment, and the number of samples; the first is 0.</param>
internal ref struct SampleRuns(ReadOnlySpan<int> starts)
{
    private readonly ReadOnlySpan<int> _starts = starts;
    private int _segment = -1, _first, _end;

    /// <summary>The block that the run lies in.</summary>
    public readonly int Block => _first / SampleBlocks.Lanes;

    /// <summary>The run's first sample within its block.</summary>
    public readonly int Lane => _first % SampleBlocks.Lanes;

    /// <summary>Samples of the run; 0 in an empty segment.</summary>
    public readonly int Count => _end - _first;

    /// <summary>Samples that the block holds.</summary>
    public readonly int BlockCount => Math.Min(SampleBlocks.Lanes, _starts[^1] - (Block * SampleBlocks.Lanes));

    /// <summary>Whether this is the first run of its segment.</summary>
    public readonly bool BeginsSegment => _first == _starts[_segment];

    /// <summary>Whether this is the last run of its segment.</summary>
    public readonly bool EndsSegment => _end == _starts[_segment + 1];

    /// <summary>Whether this is the first run with samples in its block.</summary>
    public readonly bool BeginsBlock => Count > 0 && Lane == 0;

    public bool MoveNext()
    {
        _first = _end;
        if (_segment < 0 || _first == _starts[_segment + 1])
        {
            _segment++;
        }

        if (_segment == _starts.Length - 1)
        {
            return false;
        }

        _end = Math.Min(_starts[_segment + 1], (Block + 1) * SampleBlocks.Lanes);
        return true;
    }
}
