using System.Globalization;

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
    public string Write(CheckpointHeader header, ReadOnlyMemory<byte> weights, ReadOnlyMemory<byte> state)
    {
        Directory.CreateDirectory(folder);
        string path = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{header.Step:D10}{Ending}"));
        CheckpointFile.Write(path, header, weights, state);
        foreach (string old in Files().Skip(keep))
        {
            File.Delete(old);
        }

        return path;
    }

    /// <summary>The newest checkpoint that is whole; damaged ones are told of and passed over. Null: none.</summary>
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
            }
        }

        return null;
    }

    /// <summary>Removes checkpoints of an earlier run, and what a crash left unfinished.</summary>
    /// <returns>Checkpoints removed.</returns>
    public int Clear()
    {
        IReadOnlyList<string> files = Files();
        foreach (string file in files)
        {
            File.Delete(file);
        }

        ClearUnfinished();
        return files.Count;
    }

    public void ClearUnfinished()
    {
        if (Directory.Exists(folder))
        {
            foreach (string file in Directory.EnumerateFiles(folder, $"{Prefix}*{Ending}{CheckpointFile.TemporaryEnding}"))
            {
                File.Delete(file);
            }
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
}
