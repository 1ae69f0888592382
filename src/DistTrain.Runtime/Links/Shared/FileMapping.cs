using System.ComponentModel;
using System.Runtime.InteropServices;
using DistTrain.Numerics;
using Microsoft.Win32.SafeHandles;

namespace DistTrain.Runtime;

/// <summary>A whole file in memory, shared with all who map it, from an address on that huge pages can start at. Linux only.</summary>
/// <remarks>MemoryMappedFile leaves the address to the system, which looks at small pages alone.</remarks>
internal sealed unsafe partial class FileMapping : IDisposable
{
    private readonly nuint _bytes;

    /// <param name="bytes">Length of the file.</param>
    /// <exception cref="IOException">The system refuses.</exception>
    public FileMapping(SafeFileHandle file, long bytes, bool isWritable)
    {
        nuint page = (nuint)Environment.SystemPageSize;
        _bytes = ((nuint)bytes + page - 1) / page * page;
        byte* room = Map(null, _bytes + HugePages.PageBytes, ProtectNone, Private | Anonymous | NoReserve, -1, 0);
        if ((nint)room == Failed)
        {
            throw Failure(Marshal.GetLastPInvokeError());
        }

        byte* roomEnd = room + _bytes + HugePages.PageBytes;
        Start = (byte*)(((nuint)room + HugePages.PageBytes - 1) / HugePages.PageBytes * HugePages.PageBytes);
        byte* mapped = Map(
            Start, _bytes, ProtectRead | (isWritable ? ProtectWrite : 0), Shared | Fixed, (int)file.DangerousGetHandle(), 0);
        if (mapped != Start)
        {
            int error = Marshal.GetLastPInvokeError();
            _ = Unmap(room, (nuint)(roomEnd - room));
            throw Failure(error);
        }

        UnmapBetween(room, Start);
        UnmapBetween(Start + _bytes, roomEnd);
    }

    public byte* Start { get; }

    public void Dispose() => _ = Unmap(Start, _bytes);

    private static void UnmapBetween(byte* from, byte* to)
    {
        if (to > from)
        {
            _ = Unmap(from, (nuint)(to - from));
        }
    }

    private static IOException Failure(int error) =>
        new($"memory cannot be mapped: {new Win32Exception(error).Message}");

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial byte* Map(byte* address, nuint length, int protection, int flags, int descriptor, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Unmap(byte* address, nuint length);

    /// <summary>MAP_FAILED.</summary>
    private const nint Failed = -1;

    /// <summary>PROT_NONE, PROT_READ, PROT_WRITE.</summary>
    private const int ProtectNone = 0;
    private const int ProtectRead = 1;
    private const int ProtectWrite = 2;

    /// <summary>MAP_SHARED, MAP_PRIVATE, MAP_FIXED, MAP_ANONYMOUS, MAP_NORESERVE, as of x86-64 and ARM64.</summary>
    private const int Shared = 1;
    private const int Private = 2;
    private const int Fixed = 0x10;
    private const int Anonymous = 0x20;
    private const int NoReserve = 0x4000;
}
