using System.Globalization;
using DistTrain.Numerics;
using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>The checkpoints of one output folder: newest first, so many kept.</summary>
/// <param name="folder">Made with the first checkpoint.</param>
/// <param name="keep">Newest checkpoints that stay; 1 or more.</param>
public sealed class CheckpointStore(string folder, int keep)
{
    public string Folder => folder;

    /// <summary>Newest first.</summary>
    public IReadOnlyList<string> Files() => Directory.Exists(folder)
        ? [.. Directory.EnumerateFiles(folder, $"{Prefix}*{Ending}").Where(file => StepOf(file) >= 0).OrderByDescending(StepOf)]
        : [];

    /// <returns>The path written.</returns>
    /// <exception cref="IOException">Full or read-only disk; the older checkpoints stay.</exception>
    public string Write(CheckpointHeader header, ReadOnlyMemory<byte> weights, AlignedBuffer state)
    {
        FolderFlush.Make(folder);
        string path = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{header.Step:D10}{Ending}"));
        CheckpointFile.Write(path, header, weights, state);
        foreach (string old in Files().Skip(keep))
        {
            TryDelete(old);
        }

        return path;
    }

    /// <summary>
    /// The newest checkpoint that is whole; damaged ones are told of and set aside under another name, so that they do not
    /// count among those that are kept. Null: none.
    /// </summary>
    /// <exception cref="TrainingException">One cannot be read, damaged or not: going on from an older one would lose its steps.</exception>
    public CheckpointFile? ReadNewest(Action<string> say)
    {
        foreach (string file in Files())
        {
            try
            {
                return CheckpointFile.Read(file);
            }
            catch (CheckpointException damaged)
            {
                say($"{damaged.Message}; the one before it is used");
                SetAside(file);
            }
        }

        return null;
    }

    /// <summary>Whether a coordinator of a later term has written here.</summary>
    public bool HasLaterThan(Term term) =>
        Files().Any(file => CheckpointFile.TryReadHeader(file) is { } header && header.Term > term.Value);

    /// <summary>Removes checkpoints of an earlier run, and what a crash left unfinished.</summary>
    /// <returns>Checkpoints removed.</returns>
    public int Clear()
    {
        IReadOnlyList<string> files = Files();
        foreach (string file in files)
        {
            File.Delete(file);
        }

        ClearAll(AtomicFile.TemporaryEnding);
        ClearAll(DamagedEnding);
        return files.Count;
    }

    /// <summary>Removes what a crash left unfinished. A disk that refuses keeps it.</summary>
    public void ClearUnfinished() => ClearAll(AtomicFile.TemporaryEnding);

    private void ClearAll(string ending)
    {
        if (Directory.Exists(folder))
        {
            foreach (string file in Directory.EnumerateFiles(folder, $"{Prefix}*{Ending}{ending}"))
            {
                TryDelete(file);
            }
        }
    }

    /// <summary>Kept for whoever wants to know what happened to it; a disk that refuses keeps the old name.</summary>
    private static void SetAside(string file)
    {
        try
        {
            File.Move(file, file + DamagedEnding, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It was told of; it is found damaged again at the next start.
        }
    }

    private static void TryDelete(string file)
    {
        try
        {
            File.Delete(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // An old file more does no harm, and the next checkpoint tries again.
        }
    }

    private static long StepOf(string file)
    {
        string name = Path.GetFileNameWithoutExtension(file);
        return long.TryParse(name.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out long step)
            ? step
            : -1;
    }

    private const string Prefix = "step-";
    private const string Ending = ".checkpoint";

    /// <summary>Added to the name of a checkpoint that was found damaged.</summary>
    internal const string DamagedEnding = ".damaged";
}
