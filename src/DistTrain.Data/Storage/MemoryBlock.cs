using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using DistTrain.Numerics;

namespace DistTrain.Data;

/// <summary>
/// Bytes outside the garbage-collected heap, aligned to a cache line: allocated, or a part of a memory-mapped file.
/// </summary>
internal sealed unsafe class MemoryBlock : IDisposable
{
    private readonly MappedFile? _file;
    private byte* _pointer;

    private MemoryBlock(byte* pointer, long length, MappedFile? file)
    {
        _pointer = pointer;
        Length = length;
        _file = file;
    }

    ~MemoryBlock() => Free();

    /// <summary>Bytes.</summary>
    public long Length { get; }

    /// <exception cref="ObjectDisposedException">The block was disposed.</exception>
    public byte* Pointer
    {
        get
        {
            ObjectDisposedException.ThrowIf(_pointer == null, this);
            return _pointer;
        }
    }

    /// <summary>Allocates; the content is not set. The caller has checked that data of this size exist.</summary>
    public static MemoryBlock Allocate(long length) =>
        new((byte*)NativeMemory.AlignedAlloc((nuint)Math.Max(length, 1), AlignedBuffer.Alignment), length, null);

    /// <summary>A part of a mapped file, which stays mapped while the block is reachable.</summary>
    public static MemoryBlock Map(MappedFile file, long start, long length) => new(file.Pointer + start, length, file);

    /// <summary>At most 2^31 − 1 bytes from <paramref name="start"/> on.</summary>
    public Span<byte> Span(long start, int length)
    {
        if (start < 0 || length < 0 || start > Length - length)
        {
            throw new ArgumentOutOfRangeException(nameof(start));
        }

        return new Span<byte>(Pointer + start, length);
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        byte* pointer = _pointer;
        _pointer = null;
        if (_file is null)
        {
            NativeMemory.AlignedFree(pointer);
        }
    }

    /// <summary>A whole file mapped for reading.</summary>
    public sealed class MappedFile : IDisposable
    {
        private readonly MemoryMappedFile _file;
        private readonly MemoryMappedViewAccessor _view;

        /// <param name="stream">Not empty; disposed with this object.</param>
        public MappedFile(FileStream stream)
        {
            Length = stream.Length;
            _file = MemoryMappedFile.CreateFromFile(
                stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
            _view = _file.CreateViewAccessor(0, Length, MemoryMappedFileAccess.Read);
            byte* pointer = null;
            _view.SafeMemoryMappedViewHandle.AcquirePointer(ref pointer);
            Pointer = pointer + _view.PointerOffset;
        }

        /// <summary>Bytes.</summary>
        public long Length { get; }

        public byte* Pointer { get; }

        public void Dispose()
        {
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
            _view.Dispose();
            _file.Dispose();
        }
    }
}
