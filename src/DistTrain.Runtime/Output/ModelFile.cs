using DistTrain.Models;

namespace DistTrain.Runtime;

/// <summary>model.safetensors: the weights as named tensors.</summary>
internal static class ModelFile
{
    /// <summary>Writes the whole file under a temporary name, flushes it to disk, then renames it.</summary>
    /// <exception cref="IOException">Full or read-only disk.</exception>
    public static void Write(string path, LoadedRun run, WeightBuffer weights)
    {
        var metadata = new Dictionary<string, string>
        {
            ["format"] = "disttrain",
            ["step"] = $"{weights.Version.Value}",
            ["runHash"] = run.RunHash,
        };
        string temporary = path + ".tmp";
        using (FileStream file = File.Create(temporary))
        {
            SafetensorsWriter.Write(file, run.Network.Parameters, weights.Span, metadata);
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
        FolderFlush.Flush(Path.GetDirectoryName(path)!);
    }
}
