using System.Text;
using System.Text.Json;

namespace DistTrain.Runtime;

/// <summary>Small files of the output folder, written whole or not at all.</summary>
internal static class SummaryFile
{
    /// <exception cref="IOException">Full or read-only disk.</exception>
    public static void Write(string path, RunSummary summary) =>
        WriteText(path, JsonSerializer.Serialize(summary, RuntimeJson.Document) + "\n");

    /// <summary>Whether the file tells of the same end already: outcome, step, weights, run file and data.</summary>
    public static bool Tells(string path, RunSummary summary)
    {
        try
        {
            RunSummary? there = JsonSerializer.Deserialize<RunSummary>(File.ReadAllBytes(path), RuntimeJson.Document);
            return there is not null && Identity(there) == Identity(summary);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            // Missing or damaged: it is to be written.
            return false;
        }
    }

    /// <exception cref="IOException">Full or read-only disk.</exception>
    public static void WriteText(string path, string text) => AtomicFile.Write(path, file => file.Write(
        new UTF8Encoding(encoderShouldEmitUTF8Identifier: false).GetBytes(text)));

    private static (string?, long, string?, string?, string?) Identity(RunSummary summary) =>
        (summary.Outcome, summary.Steps, summary.WeightsSha256, summary.RunHash, summary.DataHash);
}
