using DistTrain.Models;

namespace DistTrain.Runtime;

/// <summary>model.safetensors: the weights as named tensors.</summary>
internal static class ModelFile
{
    /// <exception cref="IOException">Full or read-only disk.</exception>
    public static void Write(string path, LoadedRun run, WeightBuffer weights)
    {
        var metadata = new Dictionary<string, string>
        {
            ["format"] = "disttrain",
            ["step"] = $"{weights.Version.Value}",
            ["runHash"] = run.RunHash,
        };
        AtomicFile.Write(
            path, file => SafetensorsWriter.Write(file, run.Network.Parameters, weights.Span, metadata));
    }
}
