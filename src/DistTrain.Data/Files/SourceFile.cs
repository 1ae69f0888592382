namespace DistTrain.Data;

/// <summary>A data file opened for reading from start to end, decompressed on the way where its name ends in ".gz".</summary>
internal sealed class SourceFile : IDisposable
{
    /// <summary>
    /// DEFLATE cannot shrink anything by more than this (RFC 1951: 258 bytes from 2 bits), so the compressed length
    /// bounds what may be claimed about the content.
    /// </summary>
    private const long DeflateRatioMax = 1032;

    /// <summary>Enough to know a format by.</summary>
    private const int PeekBytes = 16;

    private SourceFile(string name, Stream stream, long contentBytesMax, bool contentBytesAreExact)
    {
        Name = name;
        Stream = stream;
        ContentBytesMax = contentBytesMax;
        ContentBytesAreExact = contentBytesAreExact;
    }

    /// <summary>For messages: as the user can find it.</summary>
    public string Name { get; }

    /// <summary>Failures of the disk or of the compression come out of it as <see cref="DataException"/>.</summary>
    public Stream Stream { get; }

    /// <summary>Bytes that the stream can give at most; <see cref="long.MaxValue"/> where that is not known.</summary>
    public long ContentBytesMax { get; }

    /// <summary>Whether the stream gives exactly <see cref="ContentBytesMax"/> bytes.</summary>
    public bool ContentBytesAreExact { get; }

    /// <param name="baseFolder">What a relative <paramref name="path"/> is relative to.</param>
    /// <exception cref="DataException">There is no such file, or it may not be read.</exception>
    public static SourceFile Open(string baseFolder, string path)
    {
        string fullPath = Path.Combine(baseFolder, path);
        string name = Display(fullPath);
        if (path.Length == 0 || Directory.Exists(fullPath))
        {
            throw new DataException($"{name} is a folder, expected a data file; name the file itself");
        }

        FileStream file;
        try
        {
            file = new FileStream(fullPath, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 16,
                FileOptions.SequentialScan);
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new DataException($"{name} does not exist; correct the file's name");
        }
        catch (Exception failure) when (
            failure is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new DataException($"{name} cannot be read ({failure.Message}); check the name and its permissions");
        }

        if (!file.CanSeek)
        {
            return new SourceFile(name, new CheckedStream(file, name), long.MaxValue, false);
        }

        if (!name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase))
        {
            return new SourceFile(name, new CheckedStream(file, name), file.Length, true);
        }

        long contentBytesMax = Math.Min(file.Length, long.MaxValue / DeflateRatioMax) * DeflateRatioMax;
        return new SourceFile(name, new CheckedStream(new GZipContentStream(file), name), contentBytesMax, false);
    }

    /// <summary>Wraps a stream of unknown length, such as standard input; the stream stays the caller's.</summary>
    public static SourceFile Wrap(Stream stream, string name) =>
        new(name, new CheckedStream(stream, name, leaveOpen: true), long.MaxValue, false);

    /// <summary>Looks at the first bytes without taking them.</summary>
    /// <param name="start">Up to <see cref="PeekBytes"/>, fewer where the content is shorter.</param>
    /// <returns>The same file from its start; use it in this one's place.</returns>
    public SourceFile Peek(out ReadOnlySpan<byte> start)
    {
        byte[] bytes = new byte[PeekBytes];
        int count = Stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        start = bytes.AsSpan(0, count);
        return new SourceFile(Name, new PrefixedStream(bytes[..count], Stream), ContentBytesMax, ContentBytesAreExact);
    }

    /// <returns>What to do about a file that cannot be understood because it is gzipped; null where it is not.</returns>
    public static string? GZipHint(ReadOnlySpan<byte> start) =>
        start.StartsWith<byte>([0x1f, 0x8b]) ? "it is gzipped, give it a name that ends in .gz" : null;

    public void Dispose() => Stream.Dispose();

    /// <summary>Short where the file lies below the current folder.</summary>
    private static string Display(string path)
    {
        string relative = Path.GetRelativePath(Environment.CurrentDirectory, path);
        return relative.StartsWith("..", StringComparison.Ordinal) ? path : relative;
    }

    /// <summary>Turns the failures of reading into sentences with the file's name.</summary>
    private sealed class CheckedStream(Stream inner, string name, bool leaveOpen = false) : ReadOnlyStream
    {
        public override int Read(Span<byte> buffer)
        {
            try
            {
                return inner.Read(buffer);
            }
            catch (InvalidDataException failure)
            {
                throw new DataException($"{name} is not an intact gzip file ({failure.Message}); copy or make it again");
            }
            catch (IOException failure)
            {
                throw new DataException($"{name} cannot be read ({failure.Message}); check the disk and try again");
            }
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing && !leaveOpen)
            {
                inner.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
