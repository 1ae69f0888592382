using System.Text;

namespace DistTrain.Data;

/// <summary>The values of a column of categories, each with a code: its index in order of appearance.</summary>
internal sealed class CategoryCodes
{
    /// <summary>Values of one column; one with more holds names or numbers, and would be as many features.</summary>
    public const int ValuesMax = 1_000;

    /// <summary>The code of a value that the training file does not have.</summary>
    public const int Unknown = -1;

    /// <summary>Characters of a value that the stack has room for.</summary>
    private const int StackCharactersMax = 256;

    private readonly Dictionary<string, int> _codes = new(StringComparer.Ordinal);
    private readonly List<string> _values = [];
    private readonly bool _learns;

    /// <summary>For a training file: each new value gets the next code.</summary>
    public CategoryCodes() => _learns = true;

    /// <summary>For other files: values beside these are unknown.</summary>
    /// <param name="values">All different; their codes are their positions.</param>
    public CategoryCodes(IEnumerable<string> values)
    {
        foreach (string value in values)
        {
            Add(value);
        }
    }

    /// <summary>By code.</summary>
    public IReadOnlyList<string> Values => _values;

    /// <param name="code"><see cref="Unknown"/> where it has none.</param>
    /// <returns>False where a new value found no room (<see cref="ValuesMax"/>).</returns>
    public bool TryCode(ReadOnlySpan<byte> valueUtf8, out int code)
    {
        Span<char> characters = valueUtf8.Length <= StackCharactersMax
            ? stackalloc char[StackCharactersMax] : new char[valueUtf8.Length];
        ReadOnlySpan<char> value = characters[..Encoding.UTF8.GetChars(valueUtf8, characters)];
        if (_codes.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(value, out code))
        {
            return true;
        }

        code = _learns && _values.Count < ValuesMax ? Add(value.ToString()) : Unknown;
        return !_learns || code != Unknown;
    }

    private int Add(string value)
    {
        int code = _values.Count;
        _values.Add(value);
        _codes.Add(value, code);
        return code;
    }
}
