using DistTrain.Models;

namespace DistTrain.Runtime;

/// <summary>Hands a trained model on to other programs.</summary>
public static class ModelExport
{
    /// <summary>ONNX: raw features in; outputs and, for classes, probabilities out. Written whole or not at all.</summary>
    /// <exception cref="ModelException">A layer has no counterpart, or the model is too large for the format.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void ToOnnx(TrainedModel model, string path) => AtomicFile.Write(path, stream => OnnxExporter.Write(
        stream, model.Network, model.Weights,
        new OnnxInput(model.Features.Scaling.Offset, model.Features.Scaling.Factor, model.Features.Fill), Metadata(model)));

    /// <summary>Safetensors: the weights by name. The scaling of features is not part of it.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void ToSafetensors(TrainedModel model, string path) => AtomicFile.Write(
        path, stream => SafetensorsWriter.Write(stream, model.Network.Parameters, model.Weights, Metadata(model)));

    private static Dictionary<string, string> Metadata(TrainedModel model)
    {
        var metadata = new Dictionary<string, string> { ["format"] = "disttrain" };
        Add(metadata, "classes", model.Features.ClassNames);
        Add(metadata, "features", model.Features.FeatureNames);
        Add(metadata, "targets", model.Features.TargetNames);
        return metadata;
    }

    private static void Add(Dictionary<string, string> metadata, string key, IReadOnlyCollection<string> names)
    {
        if (names.Count > 0)
        {
            metadata[key] = string.Join(", ", names);
        }
    }
}
