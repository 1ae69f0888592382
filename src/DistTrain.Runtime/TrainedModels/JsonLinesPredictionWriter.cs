using System.Text.Encodings.Web;
using System.Text.Json;

namespace DistTrain.Runtime;

/// <summary>A JSON object for each row, a line each: the class and its probabilities by name, or the values by name.</summary>
public sealed class JsonLinesPredictionWriter : IPredictionWriter, IDisposable
{
    private readonly Stream _output;
    private readonly OutputDecoder _outputs;
    private readonly Utf8JsonWriter _writer;

    /// <param name="output">The caller's to close.</param>
    public JsonLinesPredictionWriter(Stream output, OutputDecoder outputs)
    {
        _output = output;
        _outputs = outputs;
        _writer = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    }

    public void Write(int classIndex, ReadOnlySpan<float> values)
    {
        _writer.WriteStartObject();
        if (_outputs.IsClassification)
        {
            _writer.WriteString("class", classIndex < _outputs.ClassNames.Length ? _outputs.ClassNames[classIndex] : "");
            _writer.WriteStartObject("probabilities");
        }

        for (int index = 0; index < values.Length; index++)
        {
            _writer.WriteNumber(_outputs.ValueNames[index], values[index]);
        }

        if (_outputs.IsClassification)
        {
            _writer.WriteEndObject();
        }

        _writer.WriteEndObject();
        _writer.Flush();
        _writer.Reset();
        _output.WriteByte((byte)'\n');
    }

    public void Finish() => _output.Flush();

    public void Dispose() => _writer.Dispose();
}
