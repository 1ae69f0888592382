using System.Runtime.InteropServices;
using System.Text;

namespace DistTrain.Data.Tests;

/// <summary>Writes NPY files as NumPy does.</summary>
public static class NpyFiles
{
    public static byte[] Floats(int[] shape, float[] values) =>
        Write("<f4", shape, MemoryMarshal.AsBytes(values.AsSpan()).ToArray());

    public static byte[] Doubles(int[] shape, double[] values) =>
        Write("<f8", shape, MemoryMarshal.AsBytes(values.AsSpan()).ToArray());

    public static byte[] Longs(int[] shape, long[] values) =>
        Write("<i8", shape, MemoryMarshal.AsBytes(values.AsSpan()).ToArray());

    public static byte[] Write(string kind, int[] shape, byte[] data, int version = 1, bool fortran = false)
    {
        string tuple = shape.Length == 1 ? $"({shape[0]},)" : $"({string.Join(", ", shape)})";
        string order = fortran ? "True" : "False";
        return WriteHeader($"{{'descr': '{kind}', 'fortran_order': {order}, 'shape': {tuple}, }}", data, version);
    }

    public static byte[] WriteHeader(string text, byte[] data, int version = 1)
    {
        int lengthBytes = version == 1 ? 2 : 4;
        int start = 8 + lengthBytes;
        int padding = 63 - ((start + Encoding.UTF8.GetByteCount(text)) % 64);
        byte[] header = Encoding.UTF8.GetBytes(text + new string(' ', padding) + "\n");
        var stream = new MemoryStream();
        stream.Write([0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', (byte)version, 0]);
        stream.Write(BitConverter.GetBytes(header.Length).AsSpan(0, lengthBytes));
        stream.Write(header);
        stream.Write(data);
        return stream.ToArray();
    }
}
