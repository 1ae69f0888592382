using DistTrain.Numerics;

namespace DistTrain.Data;

/// <summary>A file format for one array: its header and what its rows mean.</summary>
internal abstract class ArrayFormat
{
    public static ArrayFormat Idx { get; } = new IdxFormat();

    public static ArrayFormat Npy { get; } = new NpyFormat();

    /// <returns>The format of a content that starts like this; null for neither.</returns>
    public static ArrayFormat? Detect(ReadOnlySpan<byte> start) =>
        NpyFormat.StartsWithMagic(start) ? Npy
        : start is [0, 0, >= 0x08 and <= 0x0e, ..] ? Idx
        : null;

    /// <summary>Reads and checks the header; the stream then stands at the first number.</summary>
    /// <exception cref="DataException">Another format, cut off, or an array that cannot be used; names the file.</exception>
    public abstract ArrayHeader ReadHeader(SourceFile file);

    /// <summary>The shape of a sample, from that of a row.</summary>
    public virtual Shape SampleShape(Shape row) => row;
}
