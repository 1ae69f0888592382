using System.Buffers.Binary;
using System.Text;

namespace DistTrain.Data;

/// <summary>
/// The header of NumPy's NPY format, versions 1 to 3 (numpy.lib.format): "\x93NUMPY", two version bytes, the length of
/// the text that follows (16 bits, from version 2 on 32 bits), and that text, a Python dictionary.
/// </summary>
internal sealed class NpyFormat : ArrayFormat
{
    /// <summary>Bytes; NumPy itself refuses more than 10,000 by default.</summary>
    private const int HeaderTextBytesMax = 10_000;

    /// <exception cref="DataException">Not an NPY file, of a kind that cannot be used, or cut off.</exception>
    public override ArrayHeader ReadHeader(SourceFile file)
    {
        Span<byte> start = stackalloc byte[8];
        int count = file.Stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        if (count == 0)
        {
            throw new DataException($"{file.Name} is empty, expected an NPY file; copy it again");
        }

        if (count < start.Length || !StartsWithMagic(start))
        {
            throw new DataException(
                $"{file.Name} is not an NPY file: it starts with {Convert.ToHexStringLower(start[..count])}, expected "
                + "934e554d5059 (\\x93NUMPY); "
                + (SourceFile.GZipHint(start[..count]) ?? "write it with numpy.save"));
        }

        int version = start[6];
        if (version is < 1 or > 3)
        {
            throw new DataException($"{file.Name} has NPY version {version}, expected 1 to 3; write it with numpy.save");
        }

        int lengthBytes = version == 1 ? sizeof(ushort) : sizeof(uint);
        Span<byte> lengthField = stackalloc byte[sizeof(uint)];
        lengthField.Clear();
        ReadWhole(file, lengthField[..lengthBytes]);
        uint textBytes = BinaryPrimitives.ReadUInt32LittleEndian(lengthField);
        if (textBytes > HeaderTextBytesMax)
        {
            throw new DataException(
                $"{file.Name} claims a header of {textBytes:N0} bytes, expected {HeaderTextBytesMax:N0} at most; it is damaged");
        }

        byte[] text = new byte[textBytes];
        ReadWhole(file, text);
        string dictionary = (version == 3 ? Encoding.UTF8 : Encoding.Latin1).GetString(text);
        ArrayHeader header = NpyHeaderText.Parse(dictionary, start.Length + lengthBytes + textBytes, file.Name);
        header.Check(file);
        return header;
    }

    public static bool StartsWithMagic(ReadOnlySpan<byte> start) => start is [0x93, ..] && start[1..].StartsWith("NUMPY"u8);

    private static void ReadWhole(SourceFile file, Span<byte> destination)
    {
        if (file.Stream.ReadAtLeast(destination, destination.Length, throwOnEndOfStream: false) < destination.Length)
        {
            throw new DataException($"{file.Name} is cut off within its header; copy it again");
        }
    }
}
