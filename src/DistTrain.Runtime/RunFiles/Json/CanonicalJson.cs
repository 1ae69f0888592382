using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace DistTrain.Runtime.RunFiles;

/// <summary>Writes a checked tree in one form: keys in declared order, two spaces, absolute paths, one final newline.</summary>
internal static class CanonicalJson
{
    private const double IntegerMax = 1L << 53;

    private static readonly JsonWriterOptions Options = new()
    {
        Indented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <param name="baseFolder">What relative paths are relative to.</param>
    public static string Write(JsonTree tree, string baseFolder)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Options))
        {
            Write(writer, tree, baseFolder);
        }

        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length) + "\n";
    }

    private static void Write(Utf8JsonWriter writer, JsonTree tree, string baseFolder)
    {
        switch (tree)
        {
            case JsonMap map:
                writer.WriteStartObject();
                foreach (JsonMember member in map.Members)
                {
                    writer.WritePropertyName(member.Name);
                    Write(writer, member.Value, baseFolder);
                }

                writer.WriteEndObject();
                break;
            case JsonList list:
                writer.WriteStartArray();
                foreach (JsonTree item in list.Items)
                {
                    Write(writer, item, baseFolder);
                }

                writer.WriteEndArray();
                break;
            case JsonText text:
                writer.WriteStringValue(text.IsPath ? Path.GetFullPath(text.Text, baseFolder) : text.Text);
                break;
            case JsonNumber { Value: var number } when number == Math.Floor(number) && Math.Abs(number) <= IntegerMax:
                writer.WriteNumberValue((long)number);
                break;
            case JsonNumber number:
                writer.WriteNumberValue(number.Value);
                break;
            case JsonFlag flag:
                writer.WriteBooleanValue(flag.Value);
                break;
            default:
                writer.WriteNullValue();
                break;
        }
    }
}
