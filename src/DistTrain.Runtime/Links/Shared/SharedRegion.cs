using System.Runtime.InteropServices;
using System.Security.Cryptography;
using DistTrain.Numerics;
using Microsoft.Win32.SafeHandles;

namespace DistTrain.Runtime;

/// <summary>
/// Memory that processes of one machine share: vectors of one length, with a count of outstanding uses before each. It is
/// an anonymous file (memfd), which has no name in any folder and is gone when the last process that mapped it is, however
/// that ended. Peers of the same user open it through /proc. Its length is sealed: who reads memory behind a file's end is
/// killed by the system, so a peer that could shrink a region could end its owner.
/// </summary>
/// <remarks>
/// Layout: a header (nonce 16 bytes, slots 4, floats of a slot 4, then from byte 64 one count of 4 bytes a slot), then the
/// slots, each at a multiple of a page, of a huge page if they are large. Memory is taken when a slot is first written. Linux
/// only; elsewhere, and where the system refuses, there is none and links carry the floats themselves.
/// </remarks>
internal sealed unsafe partial class SharedRegion : IDisposable
{
    private readonly SafeFileHandle _file;
    private readonly FileMapping _mapping;
    private readonly byte* _start;
    private int _references = 1;

    private SharedRegion(SafeFileHandle file, FileMapping mapping, int process)
    {
        _file = file;
        _mapping = mapping;
        _start = mapping.Start;
        Process = process;
    }

    /// <summary>The owner's process id.</summary>
    public int Process { get; }

    public UInt128 Nonce => *(UInt128*)_start;

    public int Slots { get; private init; }

    /// <summary>Floats of each slot.</summary>
    public int Length { get; private init; }

    /// <returns>A zeroed region of this process; null: there is none on this system.</returns>
    public static SharedRegion? TryCreate(int slots, int length)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        int descriptor = Create("disttrain", CloseOnExec | AllowSealing);
        if (descriptor < 0)
        {
            return null;
        }

        var file = new SafeFileHandle(descriptor, ownsHandle: true);
        try
        {
            RandomAccess.SetLength(file, BytesOf(slots, length));
            if (!Seal(file))
            {
                file.Dispose();
                return null;
            }

            SharedRegion region = Map(file, Environment.ProcessId, slots, length, isWritable: true);
            RandomNumberGenerator.Fill(new Span<byte>(region._start, sizeof(UInt128)));
            *(int*)(region._start + SlotsAt) = slots;
            *(int*)(region._start + LengthAt) = length;
            return region;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            file.Dispose();
            return null;
        }
    }

    /// <summary>Maps a peer's region.</summary>
    /// <param name="length">Floats that each slot must have.</param>
    /// <returns>Null: it is not this machine's, not this user's, or not what it claims to be.</returns>
    public static SharedRegion? TryOpen(in SharedPlace place, int length, bool isWritable)
    {
        if (!OperatingSystem.IsLinux() || place.Process <= 0 || place.Handle < 0)
        {
            return null;
        }

        SafeFileHandle? file = null;
        try
        {
            file = File.OpenHandle(
                $"/proc/{place.Process}/fd/{place.Handle}", FileMode.Open, isWritable ? FileAccess.ReadWrite : FileAccess.Read,
                FileShare.ReadWrite | FileShare.Delete);
            Span<byte> header = stackalloc byte[HeaderBytes];
            if (RandomAccess.GetLength(file) < HeaderBytes || RandomAccess.Read(file, header, 0) < HeaderBytes)
            {
                file.Dispose();
                return null;
            }

            int slots = MemoryMarshal.Read<int>(header[SlotsAt..]);
            bool isRight = IsSealed(file) && MemoryMarshal.Read<UInt128>(header) == place.Nonce
                && MemoryMarshal.Read<int>(header[LengthAt..]) == length
                && slots is >= 1 and <= SlotsMax
                && RandomAccess.GetLength(file) == BytesOf(slots, length);
            if (!isRight)
            {
                file.Dispose();
                return null;
            }

            return Map(file, place.Process, slots, length, isWritable);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            file?.Dispose();
            return null;
        }
    }

    public SharedPlace PlaceOf(int slot) => new(Process, (int)_file.DangerousGetHandle(), Nonce, slot);

    /// <summary>The floats of a slot; they live as long as the region is retained.</summary>
    public AlignedBuffer Floats(int slot) => AlignedBuffer.Over((float*)(_start + OffsetOf(slot, Length)), Length);

    /// <summary>Takes the memory of a slot, before it is first written: in huge pages if it is large.</summary>
    public void Take(int slot)
    {
        if (IsLarge(Length))
        {
            HugePages.Collapse(_start + OffsetOf(slot, Length), (nuint)SlotBytes(Length));
        }
    }

    /// <summary>Uses of a slot that the peer has not given back.</summary>
    public int Outstanding(int slot) => Volatile.Read(ref Count(slot));

    /// <summary>A use of a slot goes to the peer.</summary>
    public void Lend(int slot) => Interlocked.Increment(ref Count(slot));

    /// <summary>A use of a peer's slot ends.</summary>
    public void GiveBack(int slot) => Interlocked.Decrement(ref Count(slot));

    public void Retain() => Interlocked.Increment(ref _references);

    public void Release()
    {
        if (Interlocked.Decrement(ref _references) == 0)
        {
            _mapping.Dispose();
            _file.Dispose();
        }
    }

    /// <summary>Gives the maker's reference back.</summary>
    public void Dispose() => Release();

    private static SharedRegion Map(SafeFileHandle file, int process, int slots, int length, bool isWritable) =>
        new(file, new FileMapping(file, BytesOf(slots, length), isWritable), process) { Slots = slots, Length = length };

    private ref int Count(int slot) => ref *(int*)(_start + CountsAt + (slot * sizeof(int)));

    private static bool Seal(SafeFileHandle file) =>
        Control((int)file.DangerousGetHandle(), AddSeals, SealShrink | SealGrow | SealSeal) == 0;

    private static bool IsSealed(SafeFileHandle file) =>
        (Control((int)file.DangerousGetHandle(), GetSeals, 0) is var seals and >= 0) && (seals & SealShrink) != 0;

    private static long OffsetOf(int slot, int length) => PageOf(length) + (slot * SlotBytes(length));

    private static long BytesOf(int slots, int length) => OffsetOf(slots, length);

    private static long SlotBytes(int length) =>
        (((long)length * sizeof(float)) + PageOf(length) - 1) / PageOf(length) * PageOf(length);

    /// <summary>What slots of a length start at multiples of, in bytes.</summary>
    private static long PageOf(int length) => IsLarge(length) ? (long)HugePages.PageBytes : SmallPage;

    private static bool IsLarge(int length) => (nuint)length * sizeof(float) >= HugePages.BytesWorthwhile;

    [LibraryImport("libc", EntryPoint = "memfd_create", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Create(string name, uint flags);

    [LibraryImport("libc", EntryPoint = "fcntl")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Control(int descriptor, int command, int argument);

    /// <summary>MFD_CLOEXEC: processes that this one starts do not inherit it.</summary>
    private const uint CloseOnExec = 1;

    /// <summary>MFD_ALLOW_SEALING.</summary>
    private const uint AllowSealing = 2;

    /// <summary>F_ADD_SEALS, F_GET_SEALS and the seals, of linux/fcntl.h.</summary>
    private const int AddSeals = 1033;
    private const int GetSeals = 1034;
    private const int SealSeal = 1;
    private const int SealShrink = 2;
    private const int SealGrow = 4;

    public const int SlotsMax = 256;
    private const int SmallPage = 4096;
    private const int HeaderBytes = SmallPage;
    private const int SlotsAt = 16;
    private const int LengthAt = 20;
    private const int CountsAt = 64;
}
