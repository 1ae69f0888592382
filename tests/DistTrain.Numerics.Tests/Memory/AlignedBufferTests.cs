namespace DistTrain.Numerics.Tests;

public sealed unsafe class AlignedBufferTests
{
    [Fact]
    public void Buffer_AnyLength_IsZeroedAndAlignedToACacheLine()
    {
        for (int length = 0; length < 200; length += 13)
        {
            using var buffer = new AlignedBuffer(length);
            Assert.Equal(length, buffer.Length);
            Assert.Equal(length, buffer.Span.Length);
            Assert.Equal(0UL, (ulong)buffer.Pointer % AlignedBuffer.Alignment);
            TestFloats.AssertSameBits(new float[length], buffer.Span);
        }
    }

    [Fact]
    public void Bytes_WriteThroughMemory_ShowsInTheFloats()
    {
        using var buffer = new AlignedBuffer(3);
        BitConverter.TryWriteBytes(buffer.Bytes.Span[8..], 1.5f);
        Assert.Equal(12, buffer.Bytes.Length);
        Assert.Equal([0, 0, 1.5f], buffer.Span.ToArray());
    }

    [Fact]
    public void Bytes_Pinned_PointIntoTheBuffer()
    {
        using var buffer = new AlignedBuffer(4);
        using System.Buffers.MemoryHandle handle = buffer.Bytes[4..].Pin();
        Assert.Equal((nint)(buffer.Pointer + 1), (nint)handle.Pointer);
    }

    [Fact]
    public void Span_AfterDispose_IsRefused()
    {
        var buffer = new AlignedBuffer(4);
        Memory<byte> bytes = buffer.Bytes;
        buffer.Dispose();
        buffer.Dispose();
        Assert.Throws<ObjectDisposedException>(() => buffer.Span.Length);
        Assert.Throws<ObjectDisposedException>(() => bytes.Span.Length);
    }

    [Fact]
    public void Buffer_NegativeLength_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new AlignedBuffer(-1));
}
