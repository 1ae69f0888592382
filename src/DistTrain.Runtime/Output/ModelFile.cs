using System.Buffers.Binary;
using System.Text.Json;
using DistTrain.Models;

namespace DistTrain.Runtime;

/// <summary>model.safetensors: the weights as named tensors.</summary>
internal static class ModelFile
{
    /// <summary>Writes the whole file under a temporary name, then renames it.</summary>
    /// <exception cref="IOException">Full or read-only disk.</exception>
    public static void Write(string path, LoadedRun run, WeightBuffer weights)
    {
        var header = new SortedDictionary<string, object>(StringComparer.Ordinal)
        {
            ["__metadata__"] = new Dictionary<string, string>
            {
                ["format"] = "disttrain",
                ["step"] = $"{weights.Version.Value}",
                ["runHash"] = run.RunHash,
            },
        };
        foreach (ParameterSlice slice in run.Network.Parameters.Slices)
        {
            header[slice.Name] = new
            {
                dtype = "F32",
                shape = slice.Shape,
                data_offsets = new[] { (long)slice.Start * sizeof(float), (long)(slice.Start + slice.Length) * sizeof(float) },
            };
        }

        byte[] json = JsonSerializer.SerializeToUtf8Bytes(header);
        int padded = (json.Length + 7) / 8 * 8;
        byte[] start = new byte[sizeof(long) + padded];
        start.AsSpan().Fill((byte)' ');
        BinaryPrimitives.WriteInt64LittleEndian(start, padded);
        json.CopyTo(start, sizeof(long));
        string temporary = path + ".tmp";
        using (FileStream file = File.Create(temporary))
        {
            file.Write(start);
            file.Write(weights.Bytes.Span);
        }

        File.Move(temporary, path, overwrite: true);
    }
}
