using System.IO.Compression;
using System.Text;

namespace DistTrain.Data.Tests;

/// <summary>Files as gzip makes them.</summary>
internal static class GZipped
{
    public static byte[] Of(string text) => Of(Encoding.UTF8.GetBytes(text));

    public static byte[] Of(byte[] bytes)
    {
        var stream = new MemoryStream();
        using (var gzip = new GZipStream(stream, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(bytes);
        }

        return stream.ToArray();
    }
}
