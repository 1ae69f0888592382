using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>
/// Bytes in order from one process to another of the same machine, through a ring in memory that both share. One writer, one
/// reader at a time, each side with this object of its own.
/// </summary>
/// <remarks>
/// <para>Layout of its slot, each number on a cache line of its own: bytes ever written, bytes ever read (both modulo 2^32),
/// whether the reader must be woken, whether the writer has closed it; then the ring. Whoever counts keeps the count itself
/// and only tells the other, and checks what the other tells: a peer can break the pipe, and nothing else.</para>
/// <para>A write costs no system call unless the reader must be woken. The reader says so before it looks for the last time,
/// the writer writes before it looks whether it must wake; so none sleeps beside bytes that wait.</para>
/// </remarks>
internal sealed unsafe class SharedPipe
{
    private readonly byte* _start;
    private uint _count;
    private volatile bool _isReadingOver;

    /// <param name="region">Stays the caller's, and mapped for as long as this is in use.</param>
    public SharedPipe(SharedRegion region, int slot) => _start = (byte*)region.Floats(slot).Pointer;

    /// <returns>Bytes taken, from the first; 0: the reader has to make room before.</returns>
    /// <exception cref="IOException">The other side's count makes no sense.</exception>
    public int TryWrite(ReadOnlySpan<byte> bytes)
    {
        uint used = _count - Volatile.Read(ref ReadCount);
        if (used > RingBytes)
        {
            throw new IOException("the other side's marks in shared memory make no sense");
        }

        int taken = Math.Min(bytes.Length, (int)(RingBytes - used));
        int at = (int)(_count % RingBytes);
        int first = Math.Min(taken, RingBytes - at);
        bytes[..first].CopyTo(Ring[at..]);
        bytes[first..taken].CopyTo(Ring);
        _count += (uint)taken;
        Volatile.Write(ref WrittenCount, _count);
        WakeIfWanted();
        return taken;
    }

    /// <summary>The writer's last word: the reader gets what was written, then the end.</summary>
    public void CloseWriting()
    {
        Volatile.Write(ref IsClosed, 1);
        WakeIfWanted();
    }

    /// <returns>Bytes put into <paramref name="space"/>; 0: there are none (now).</returns>
    /// <exception cref="WireFormatException">The other side's count makes no sense.</exception>
    public int TryRead(Span<byte> space)
    {
        uint waiting = Volatile.Read(ref WrittenCount) - _count;
        if (waiting > RingBytes)
        {
            throw new WireFormatException("the marks in shared memory make no sense");
        }

        int taken = Math.Min(space.Length, (int)waiting);
        int at = (int)(_count % RingBytes);
        int first = Math.Min(taken, RingBytes - at);
        Ring.Slice(at, first).CopyTo(space);
        Ring[..(taken - first)].CopyTo(space[first..]);
        _count += (uint)taken;
        Volatile.Write(ref ReadCount, _count);
        return taken;
    }

    /// <summary>Whether something is there, or was when this was called; from any thread.</summary>
    public bool HasBytes => Volatile.Read(ref WrittenCount) != Volatile.Read(ref ReadCount);

    /// <summary>Whether nothing comes any more but what is there.</summary>
    public bool IsOver => _isReadingOver || Volatile.Read(ref IsClosed) != 0;

    /// <summary>The reader's process wants no more than what is there; from any thread.</summary>
    public void EndReading()
    {
        _isReadingOver = true;
        WakeIfWanted();
        Futex.Wake(MustWakeAddress);
    }

    /// <summary>Sleeps while nothing is there; may return for no reason.</summary>
    public void Sleep()
    {
        WantWaking();
        if (!HasBytes && !IsOver)
        {
            Futex.Wait(MustWakeAddress, 1);
        }
    }

    /// <summary>Somebody looks again and again: whoever sleeps need not be woken. From any thread.</summary>
    public void WantNoWaking() => Interlocked.Exchange(ref MustWake, 0);

    /// <summary>Nobody looks any more: whoever sleeps is woken by what comes, or is there. From any thread.</summary>
    public void WantWakingAgain()
    {
        WantWaking();
        if (HasBytes || IsOver)
        {
            WakeIfWanted();
        }
    }

    private void WantWaking() => Interlocked.Exchange(ref MustWake, 1);

    private void WakeIfWanted()
    {
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref MustWake) != 0 && Interlocked.Exchange(ref MustWake, 0) != 0)
        {
            Futex.Wake(MustWakeAddress);
        }
    }

    private Span<byte> Ring => new(_start + RingAt, RingBytes);

    private ref uint WrittenCount => ref *(uint*)_start;

    private ref uint ReadCount => ref *(uint*)(_start + ReadCountAt);

    private ref int MustWake => ref *MustWakeAddress;

    private int* MustWakeAddress => (int*)(_start + MustWakeAt);

    private ref int IsClosed => ref *(int*)(_start + IsClosedAt);

    private const int ReadCountAt = 64;
    private const int MustWakeAt = 128;
    private const int IsClosedAt = 192;
    private const int RingAt = 256;

    /// <summary>A power of two; some hundreds of messages, of which a step needs a handful.</summary>
    public const int RingBytes = 1 << 16;

    /// <summary>Floats of a region's slot that holds one.</summary>
    public const int SlotFloats = (RingAt + RingBytes) / sizeof(float);
}
