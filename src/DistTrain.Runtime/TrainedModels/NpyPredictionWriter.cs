using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace DistTrain.Runtime;

/// <summary>NumPy's NPY, float32, shape (rows, values): probabilities of the classes, or the values.</summary>
/// <remarks>The number of rows stands at the file's start, so the stream must be able to go back there.</remarks>
public sealed class NpyPredictionWriter : IPredictionWriter
{
    /// <summary>Room for any number of rows; a multiple of 64, as the format asks for.</summary>
    private const int HeaderBytes = 128;

    private readonly Stream _output;
    private readonly int _width;
    private long _rows;

    /// <param name="output">Seekable; the caller's to close.</param>
    public NpyPredictionWriter(Stream output, OutputDecoder outputs)
    {
        _output = output;
        _width = outputs.Width;
        WriteHeader();
    }

    public void Write(int classIndex, ReadOnlySpan<float> values)
    {
        _output.Write(MemoryMarshal.AsBytes(values));
        _rows++;
    }

    public void Finish()
    {
        _output.Position = 0;
        WriteHeader();
        _output.Flush();
    }

    private void WriteHeader()
    {
        string dictionary = string.Create(
            CultureInfo.InvariantCulture,
            $"{{'descr': '<f4', 'fortran_order': False, 'shape': ({_rows}, {_width}), }}");
        const int PrefixBytes = 10;
        byte[] header = new byte[HeaderBytes];
        header.AsSpan().Fill((byte)' ');
        header[0] = 0x93;
        "NUMPY\u0001\0"u8.CopyTo(header.AsSpan(1));
        header[8] = HeaderBytes - PrefixBytes;
        header[9] = 0;
        Encoding.ASCII.GetBytes(dictionary, header.AsSpan(PrefixBytes));
        header[^1] = (byte)'\n';
        _output.Write(header);
    }
}
