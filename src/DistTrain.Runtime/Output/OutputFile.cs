namespace DistTrain.Runtime;

/// <summary>A file that the user names to be written: there whole or not at all, unless it is a device or a pipe.</summary>
public static class OutputFile
{
    /// <summary>Follows links. What is no regular file is written to as it is, and stays what it is.</summary>
    /// <param name="write">Gets a stream that can seek where the file is a regular one.</param>
    /// <returns>Bytes of the file; null for a device or a pipe.</returns>
    /// <exception cref="IOException">It cannot be written; what stood there stays.</exception>
    public static long? Write(string path, Action<Stream> write)
    {
        if (path.Length == 0)
        {
            throw new IOException("--output: no file is given; name one");
        }

        try
        {
            if (SpecialFile.Is(path))
            {
                using FileStream special = new(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
                write(special);
                return null;
            }

            string target = TargetOf(path);
            string temporary = TemporaryOf(target);
            try
            {
                long bytes;
                using (FileStream file = new(temporary, FileMode.Create, FileAccess.Write, FileShare.None, BufferBytes))
                {
                    write(file);
                    file.Flush(flushToDisk: true);
                    bytes = file.Length;
                }

                File.Move(temporary, target, overwrite: true);
                return bytes;
            }
            finally
            {
                File.Delete(temporary);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            string shown = error.Message.Replace(TemporaryEnding, "", StringComparison.Ordinal).TrimEnd('.');
            throw new IOException($"--output: \"{path}\" cannot be written ({shown}); name another file", error);
        }
    }

    /// <summary>Removes what a <see cref="Write"/> that was left behind in this process had not finished.</summary>
    public static void Discard(string path) => File.Delete(TemporaryOf(TargetOf(path)));

    private const int BufferBytes = 1 << 16;

    private static string TargetOf(string path)
    {
        var file = new FileInfo(path);
        return file.LinkTarget is null ? path : file.ResolveLinkTarget(returnFinalTarget: true)!.FullName;
    }

    private static string TemporaryEnding { get; } = $".{Environment.ProcessId}.tmp";

    /// <summary>No name that a file of the user's has.</summary>
    private static string TemporaryOf(string target) => target + TemporaryEnding;
}
