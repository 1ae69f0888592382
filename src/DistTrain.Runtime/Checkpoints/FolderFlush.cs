using System.Runtime.InteropServices;

namespace DistTrain.Runtime;

/// <summary>Makes what is new in a folder outlive a power failure, where the system asks for that.</summary>
internal static partial class FolderFlush
{
    /// <summary>Makes a folder with those above it that are missing.</summary>
    public static void Make(string folder)
    {
        List<string> missing = [];
        for (string? at = Path.GetFullPath(folder); at is not null && !Directory.Exists(at); at = Path.GetDirectoryName(at))
        {
            missing.Add(at);
        }

        Directory.CreateDirectory(folder);
        foreach (string made in missing)
        {
            Flush(Path.GetDirectoryName(made)!);
        }
    }

    /// <remarks>On Windows the file system's journal does it; elsewhere the folder itself is flushed.</remarks>
    public static void Flush(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        int descriptor = Open(folder, 0);
        if (descriptor >= 0)
        {
            _ = Fsync(descriptor);
            _ = Close(descriptor);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Fsync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Close(int descriptor);
}
