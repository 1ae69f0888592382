using System.Buffers;
using System.Runtime.InteropServices;

namespace DistTrain.Numerics;

/// <summary>A block of float32 outside the garbage-collected heap, aligned to a cache line and zeroed.</summary>
/// <remarks>
/// Native memory keeps large vectors away from the collector, gives vector loads their alignment, and can be
/// handed to sockets without copying (<see cref="Bytes"/>). A span does not keep its buffer alive: hold the buffer
/// (a field, or a using declaration) for as long as its spans are in use.
/// </remarks>
public sealed unsafe class AlignedBuffer : IDisposable
{
    /// <summary>Bytes; one cache line and one 512-bit vector.</summary>
    public const int Alignment = 64;

    private readonly ByteMemory _bytes;
    private readonly bool _isOwner;
    private float* _pointer;

    /// <param name="length">Floats; 0 is allowed and takes no memory.</param>
    public AlignedBuffer(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        Length = length;
        _isOwner = true;
        nuint bytes = (nuint)length * sizeof(float);
        _pointer = (float*)(bytes < HugePages.BytesWorthwhile
            ? NativeMemory.AlignedAlloc(Math.Max(bytes, Alignment), Alignment)
            : HugePages.Allocate(bytes));
        NativeMemory.Clear(_pointer, bytes);
        _bytes = new ByteMemory(this);
    }

    private AlignedBuffer(float* memory, int length)
    {
        Length = length;
        _pointer = memory;
        _bytes = new ByteMemory(this);
    }

    ~AlignedBuffer() => Free();

    /// <summary>Floats.</summary>
    public int Length { get; }

    /// <exception cref="ObjectDisposedException">The buffer was disposed.</exception>
    public float* Pointer
    {
        get
        {
            ObjectDisposedException.ThrowIf(_pointer == null, this);
            return _pointer;
        }
    }

    public Span<float> Span => new(Pointer, Length);

    /// <summary>The same memory as bytes, in this machine's byte order, for streams and sockets.</summary>
    public Memory<byte> Bytes => _bytes.Memory;

    /// <summary>A view of memory that somebody else owns, a mapped file for one; disposing it frees nothing.</summary>
    /// <param name="memory">Aligned to <see cref="Alignment"/>; valid for as long as the buffer is in use.</param>
    /// <param name="length">Floats.</param>
    public static AlignedBuffer Over(float* memory, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfNotEqual((nuint)memory % Alignment, (nuint)0, nameof(memory));
        return new AlignedBuffer(memory, length);
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        float* pointer = _pointer;
        _pointer = null;
        if (_isOwner)
        {
            NativeMemory.AlignedFree(pointer);
        }
    }

    private sealed class ByteMemory(AlignedBuffer owner) : MemoryManager<byte>
    {
        public override Span<byte> GetSpan() => MemoryMarshal.AsBytes(owner.Span);

        public override MemoryHandle Pin(int elementIndex = 0) => new((byte*)owner.Pointer + elementIndex);

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
