using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace DistTrain.Runtime;

/// <summary>
/// CSV with a header: "class" and a column of probabilities for each class ("probability of setosa"), or a column for each
/// value. Numbers read back to the same float32.
/// </summary>
public sealed class CsvPredictionWriter : IPredictionWriter
{
    private readonly TextWriter _output;
    private readonly ImmutableArray<string> _classNames;
    private readonly StringBuilder _line = new();

    public CsvPredictionWriter(TextWriter output, OutputDecoder outputs)
    {
        _output = output;
        _classNames = [.. outputs.ClassNames.Select(Quote)];
        IEnumerable<string> heads = outputs.IsClassification
            ? outputs.ClassNames.Select(name => $"probability of {name}").Prepend("class")
            : outputs.ValueNames;
        _output.Write(string.Join(',', heads.Select(Quote)) + "\n");
    }

    public void Write(int classIndex, ReadOnlySpan<float> values)
    {
        _line.Clear();
        bool isFirst = classIndex < 0;
        if (!isFirst)
        {
            // A network of more outputs than classes may answer with one that has no name.
            _line.Append(classIndex < _classNames.Length ? _classNames[classIndex] : "");
        }

        foreach (float value in values)
        {
            if (!isFirst)
            {
                _line.Append(',');
            }

            isFirst = false;
            _line.Append(CultureInfo.InvariantCulture, $"{value}");
        }

        _output.Write(_line.Append('\n'));
    }

    public void Finish() => _output.Flush();

    private static string Quote(string field) => field.AsSpan().IndexOfAny(",\"\n\r") < 0
        ? field : $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
