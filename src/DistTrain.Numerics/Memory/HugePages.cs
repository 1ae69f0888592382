using System.Runtime.InteropServices;

namespace DistTrain.Numerics;

/// <summary>
/// Large blocks in pages of 2 MiB where the system gives them on request (Linux, transparent huge pages): a walk over a large
/// vector then misses the translation buffer 512 times less often. Elsewhere plain memory.
/// </summary>
public static unsafe partial class HugePages
{
    /// <summary>Bytes; smaller blocks fit the translation buffer, and would waste most of a page.</summary>
    public const nuint BytesWorthwhile = 4 << 20;

    /// <returns>Aligned to a huge page; to be freed with NativeMemory.AlignedFree.</returns>
    internal static void* Allocate(nuint bytes)
    {
        void* block = NativeMemory.AlignedAlloc(bytes, PageBytes);
        if (OperatingSystem.IsLinux())
        {
            // A hint: where it is refused the block has small pages.
            _ = Advise(block, bytes / PageBytes * PageBytes, AdviceHugePage);
        }

        return block;
    }

    /// <summary>
    /// Puts shared memory into huge pages, now; for all who map it so that huge pages can start where they do in the file.
    /// </summary>
    /// <remarks>
    /// Most systems give shared memory small pages and take no hint. Where this is refused (Linux before 6.1), it keeps them.
    /// </remarks>
    /// <param name="start">A multiple of <see cref="PageBytes"/>. What was not written yet is taken and zeroed.</param>
    public static void Collapse(void* start, nuint bytes)
    {
        if (OperatingSystem.IsLinux() && Advise(start, bytes, AdvicePopulateWrite) == 0)
        {
            _ = Advise(start, bytes, AdviceCollapse);
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Advise(void* address, nuint length, int advice);

    /// <summary>Bytes of a huge page.</summary>
    public const nuint PageBytes = 2 << 20;

    /// <summary>MADV_HUGEPAGE.</summary>
    private const int AdviceHugePage = 14;

    /// <summary>MADV_POPULATE_WRITE, MADV_COLLAPSE.</summary>
    private const int AdvicePopulateWrite = 23;
    private const int AdviceCollapse = 25;
}
