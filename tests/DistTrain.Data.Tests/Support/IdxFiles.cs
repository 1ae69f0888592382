using System.Buffers.Binary;

namespace DistTrain.Data.Tests;

/// <summary>Writes IDX files.</summary>
public static class IdxFiles
{
    public static byte[] Bytes(int[] shape, byte[] data) => Write(0x08, shape, data);

    public static byte[] Write(byte type, int[] shape, byte[] data)
    {
        var stream = new MemoryStream();
        stream.Write([0, 0, type, (byte)shape.Length]);
        Span<byte> size = stackalloc byte[4];
        foreach (int dimension in shape)
        {
            BinaryPrimitives.WriteInt32BigEndian(size, dimension);
            stream.Write(size);
        }

        stream.Write(data);
        return stream.ToArray();
    }
}
