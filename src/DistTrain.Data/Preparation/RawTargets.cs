using System.Text;

namespace DistTrain.Data;

/// <summary>The targets of one file as read.</summary>
internal abstract class RawTargets
{
    public abstract int RowCount { get; }
}

/// <summary>One label for each row, kept as an index into the distinct labels in order of appearance.</summary>
internal sealed class RawLabels : RawTargets
{
    /// <summary>Distinct labels; a file with more has surely the wrong column as its label.</summary>
    public const int DistinctMax = 100_000;

    private readonly Dictionary<string, int> _indices = new(StringComparer.Ordinal);
    private readonly List<string> _distinct = [];
    private readonly List<int> _rows = [];

    public override int RowCount => _rows.Count;

    /// <summary>In order of appearance.</summary>
    public IReadOnlyList<string> Distinct => _distinct;

    /// <summary>Index into <see cref="Distinct"/>.</summary>
    public int this[int row] => _rows[row];

    /// <returns>Whether there was room for it (<see cref="DistinctMax"/>).</returns>
    public bool Add(ReadOnlySpan<byte> labelUtf8)
    {
        Span<char> characters = labelUtf8.Length <= 256 ? stackalloc char[256] : new char[labelUtf8.Length];
        return Add(characters[..Encoding.UTF8.GetChars(labelUtf8, characters)]);
    }

    /// <returns>Whether there was room for it (<see cref="DistinctMax"/>).</returns>
    public bool Add(ReadOnlySpan<char> label)
    {
        var lookup = _indices.GetAlternateLookup<ReadOnlySpan<char>>();
        if (!lookup.TryGetValue(label, out int index))
        {
            if (_distinct.Count == DistinctMax)
            {
                return false;
            }

            index = _distinct.Count;
            string text = label.ToString();
            _distinct.Add(text);
            _indices.Add(text, index);
        }

        _rows.Add(index);
        return true;
    }
}

/// <summary>One or more finite numbers for each row.</summary>
internal sealed class RawValues(FloatRows rows) : RawTargets
{
    public override int RowCount => rows.RowCount;

    public FloatRows Rows => rows;
}
