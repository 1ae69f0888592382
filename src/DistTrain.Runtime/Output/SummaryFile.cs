using System.Text;
using System.Text.Json;

namespace DistTrain.Runtime;

/// <summary>Small files of the output folder, written whole or not at all.</summary>
internal static class SummaryFile
{
    /// <exception cref="IOException">Full or read-only disk.</exception>
    public static void Write(string path, RunSummary summary) =>
        WriteText(path, JsonSerializer.Serialize(summary, RuntimeJson.Document) + "\n");

    /// <exception cref="IOException">Full or read-only disk.</exception>
    public static void WriteText(string path, string text) => AtomicFile.Write(path, file => file.Write(
        new UTF8Encoding(encoderShouldEmitUTF8Identifier: false).GetBytes(text)));
}
