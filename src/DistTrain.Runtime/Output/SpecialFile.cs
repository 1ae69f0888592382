using System.Runtime.InteropServices;

namespace DistTrain.Runtime;

/// <summary>Devices, pipes and sockets: files that a rename would replace, and that .NET cannot tell from others.</summary>
internal static unsafe partial class SpecialFile
{
    /// <returns>Whether the file is there and neither regular nor a folder; false where the system cannot say.</returns>
    public static bool Is(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return false;
        }

        byte* status = stackalloc byte[StatusBytes];
        try
        {
            return Status(CurrentFolder, path, flags: 0, TypeWanted, status) == 0
                && (*(ushort*)(status + ModeOffset) & TypeMask) is not (Regular or Folder);
        }
        catch (EntryPointNotFoundException)
        {
            return false;
        }
    }

    // linux/stat.h; struct statx is the same on every architecture.
    private const int CurrentFolder = -100;
    private const uint TypeWanted = 1;
    private const int StatusBytes = 256;
    private const int ModeOffset = 28;
    private const int TypeMask = 0xF000;
    private const int Regular = 0x8000;
    private const int Folder = 0x4000;

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Status(int folder, string path, int flags, uint mask, byte* status);
}
