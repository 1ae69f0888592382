using DistTrain.Models;

namespace DistTrain.Runtime;

/// <summary>Reads a model's weights from a safetensors file into its flat parameter vector.</summary>
internal static class WeightsReader
{
    /// <param name="destination">Shape (layout.Length,).</param>
    /// <exception cref="TrainedModelException">Not such a file, cut off, or its tensors are not the model's.</exception>
    public static void Read(string path, ParameterLayout layout, Span<float> destination)
    {
        try
        {
            using SafetensorsReader reader = SafetensorsReader.Open(path);
            reader.Read(layout, destination);
        }
        catch (WeightsException error)
        {
            throw new TrainedModelException(error.Message, error);
        }
    }
}
