using DistTrain.Data;
using DistTrain.Models;

namespace DistTrain.Runtime;

/// <summary>Hands a trained model on to other programs.</summary>
public static class ModelExport
{
    /// <summary>ONNX: raw features in; outputs and, for classes, probabilities out. </summary>
    /// <returns>Bytes of the file; null for a device or a pipe.</returns>
    /// <exception cref="ModelException">A layer has no counterpart, or the model is too large for the format.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static long? ToOnnx(TrainedModel model, string path) => OutputFile.Write(path, stream => OnnxExporter.Write(
        stream, model.Network, model.Weights,
        new OnnxInput(model.Features.Scaling.Offset, model.Features.Scaling.Factor, model.Features.Fill), Metadata(model)));

    /// <summary>Safetensors: the weights by name. The scaling of features is not part of it.</summary>
    /// <returns>Bytes of the file; null for a device or a pipe.</returns>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static long? ToSafetensors(TrainedModel model, string path) => OutputFile.Write(
        path, stream => SafetensorsWriter.Write(stream, model.Network.Parameters, model.Weights, Metadata(model)));

    private static Dictionary<string, string> Metadata(TrainedModel model)
    {
        var metadata = new Dictionary<string, string> { ["format"] = "disttrain" };
        Add(metadata, "classes", model.Features.ClassNames);
        Add(metadata, "features", model.Features.FeatureNames);
        Add(metadata, "targets", model.Features.TargetNames);
        if (!model.Features.Categories.IsEmpty)
        {
            metadata["categories"] = string.Join("; ", model.Features.Categories.Select(Describe));
        }

        return metadata;
    }

    /// <returns>As in "city: 2 Berlin, 3 Paris": each value after its feature's index, from 0.</returns>
    private static string Describe(CategoryColumn category) => $"{category.Name}: "
        + string.Join(", ", category.Values.Select((value, index) => $"{category.FirstFeature + index} {value}"));

    private static void Add(Dictionary<string, string> metadata, string key, IReadOnlyCollection<string> names)
    {
        if (names.Count > 0)
        {
            metadata[key] = string.Join(", ", names);
        }
    }
}
