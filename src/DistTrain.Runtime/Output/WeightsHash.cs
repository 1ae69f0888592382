using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace DistTrain.Runtime;

/// <summary>The fingerprint of weights: SHA-256 of the flat vector as little-endian float32, in lower-case hex.</summary>
public static class WeightsHash
{
    /// <summary>Its digits.</summary>
    public const int Length = 64;

    public static string Of(ReadOnlySpan<float> weights)
    {
        if (BitConverter.IsLittleEndian)
        {
            return Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(weights)));
        }

        byte[] bytes = new byte[weights.Length * sizeof(float)];
        for (int i = 0; i < weights.Length; i++)
        {
            System.Buffers.Binary.BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), weights[i]);
        }

        return Convert.ToHexStringLower(SHA256.HashData(bytes));
    }
}
