namespace DistTrain.Runtime;

/// <summary>Files that are there whole or not at all, also after a crash or a power failure.</summary>
/// <remarks>
/// Written under a temporary name, flushed to disk, renamed, and the folder flushed: at any moment the old file or the new
/// one stands under the name, and perhaps an unfinished temporary one beside it.
/// </remarks>
internal static class AtomicFile
{
    /// <summary>Ends the names of files that were not finished.</summary>
    public const string TemporaryEnding = ".tmp";

    /// <param name="write">Gets the stream without a buffer of its own; writes in large pieces.</param>
    /// <exception cref="IOException">Full or read-only disk; what stood under <paramref name="path"/> stays.</exception>
    public static void Write(string path, Action<FileStream> write)
    {
        string temporary = path + TemporaryEnding;
        try
        {
            using (FileStream file = new(temporary, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0))
            {
                write(file);
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
            FolderFlush.Flush(Path.GetDirectoryName(Path.GetFullPath(path))!);
        }
        catch
        {
            TryDelete(temporary);
            throw;
        }
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The next one of the same name is written over it.
        }
    }
}
