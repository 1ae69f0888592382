namespace DistTrain.Runtime;

/// <summary>Where the files of a run lie.</summary>
public sealed class OutFolder
{
    /// <param name="path">Made if missing.</param>
    /// <exception cref="TrainingException">It cannot be made or written to.</exception>
    public OutFolder(string path)
    {
        Root = System.IO.Path.GetFullPath(path);
        try
        {
            FolderFlush.Make(Root);
            string probe = System.IO.Path.Combine(Root, $"{ProbePrefix}{Environment.ProcessId}");
            File.WriteAllBytes(probe, []);
            File.Delete(probe);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new TrainingException(
                $"the output folder {Root} cannot be written to ({error.Message.TrimEnd('.')}); name another with --out", error);
        }
    }

    private OutFolder(string root, bool mustExist)
    {
        Root = root;
        if (mustExist && !File.Exists(RunFile))
        {
            throw new TrainedModelException(
                $"{root} is not the output folder of a run: there is no run.json in it; train first, or name another folder");
        }
    }

    /// <summary>The folder of a run that was made; only to read from.</summary>
    /// <exception cref="TrainedModelException">There is no such folder, or no run in it.</exception>
    public static OutFolder OfRun(string path) => new(System.IO.Path.GetFullPath(path), mustExist: true);

    public string Root { get; }

    /// <summary>The run file as resolved.</summary>
    public string RunFile => At("run.json");

    /// <summary>A line per epoch and per logged step.</summary>
    public string Metrics => At("metrics.jsonl");

    public string Summary => At("summary.json");

    public string Model => At("model.safetensors");

    /// <summary>The best model by evaluation, where the run file asks for it.</summary>
    public string BestModel => At("best.safetensors");

    /// <summary>What the model's inputs and outputs mean: names, classes, scaling.</summary>
    public string ModelDescription => At("model.json");

    public string Checkpoints => At("checkpoints");

    /// <summary>The prepared data while workers of other processes may ask for it.</summary>
    public string PreparedData => At("data.prepared");

    /// <summary>
    /// Whether this run holds the folder. One that goes on beside another must not tidy up: what looks left over is in use.
    /// </summary>
    public bool IsHeld { get; private set; }

    /// <summary>Keeps other runs from replacing this one's files while it lives; gone with the process at the latest.</summary>
    /// <param name="resume">The new run goes on with what is there: beside another one it does no harm, and is told.</param>
    /// <returns>To be disposed at the run's end; null where another run holds the folder.</returns>
    /// <exception cref="TrainingException">Another run holds the folder, and this one would begin by removing its files.</exception>
    public IDisposable? Hold(bool resume, Action<string> say)
    {
        try
        {
            var hold = new FileStream(
                At(LockName), FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);
            IsHeld = true;
            return hold;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            if (!resume)
            {
                throw new TrainingException(
                    $"another run is still writing to {Root}; wait for its end, or name another folder with --out", error);
            }

            say($"another run is still writing to {Root}");
            return null;
        }
    }

    /// <summary>Results of an earlier run, which the one that starts now replaces.</summary>
    public void RemoveResults()
    {
        File.Delete(Model);
        File.Delete(BestModel);
        File.Delete(Summary);
    }

    /// <summary>What a killed run had not finished writing.</summary>
    public void RemoveLeftovers()
    {
        File.Delete(PreparedData);
        foreach (string file in (string[])[RunFile, ModelDescription, Model, BestModel, Summary, Metrics])
        {
            File.Delete(file + AtomicFile.TemporaryEnding);
        }

        foreach (string pattern in (string[])[$"{System.IO.Path.GetFileName(PreparedData)}.*.temporary", $"{ProbePrefix}*"])
        {
            foreach (string file in Directory.EnumerateFiles(Root, pattern))
            {
                File.Delete(file);
            }
        }
    }

    private const string LockName = ".lock";

    private const string ProbePrefix = ".probe-";

    private string At(string name) => System.IO.Path.Combine(Root, name);
}
