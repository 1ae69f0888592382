using DistTrain.Data;
using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>
/// Run file and data for a worker that was told about them over a wire: the coordinator's own file where this machine can
/// open it, else a copy kept by content hash, else the bytes from the coordinator.
/// </summary>
/// <param name="dialer">Gives the way to the coordinator of the moment.</param>
/// <param name="dataFolder">Where copies are kept; made when needed.</param>
/// <param name="log">Takes a line about the run that was joined, and about where the data came from.</param>
internal sealed class RemoteRunSource(Func<LinkDialer> dialer, string dataFolder, Action<string> log)
    : IRunSource, IDisposable
{
    private LoadedRun? _loaded;
    private PreparedData? _data;

    /// <summary>Where the data lies on this machine, for workers that have no copy; null before the run is loaded.</summary>
    public string? DataFile { get; private set; }

    public async Task<LoadedRun> LoadAsync(CoordinatorMessage.Welcome welcome, CancellationToken cancellation)
    {
        if (_loaded is { } before && before.RunHash == welcome.RunHash && before.Data.ContentHash == welcome.DataHash)
        {
            return before;
        }

        if (LoadedRun.HashOf(welcome.RunJson) != welcome.RunHash)
        {
            throw new TrainingException("the run file that came does not have the hash that was announced with it");
        }

        RunFile run = RunFile.Parse(welcome.RunJson, "the coordinator's run file");
        if (_data?.ContentHash != welcome.DataHash)
        {
            _loaded = null;
            _data?.Dispose();
            _data = null;
            _data = await DataAsync(welcome, cancellation).ConfigureAwait(false);
        }

        _loaded = LoadedRun.Build(run, _data);
        log($"joined the run as worker {welcome.Worker.Value}: {_loaded.Network.Parameters.Length:N0} parameters, "
            + $"{_loaded.Plan.TrainRows:N0} rows to train");
        return _loaded;
    }

    public void Dispose() => _data?.Dispose();

    private async Task<PreparedData> DataAsync(CoordinatorMessage.Welcome welcome, CancellationToken cancellation)
    {
        if (TryOpen(welcome.DataFile, welcome.DataHash) is { } shared)
        {
            DataFile = welcome.DataFile;
            return shared;
        }

        if (welcome.DataHash.Length != HashLength || !welcome.DataHash.All(char.IsAsciiHexDigitLower))
        {
            throw new TrainingException($"\"{welcome.DataHash}\" is no content hash, expected {HashLength} hex digits");
        }

        string copy = Path.Combine(dataFolder, $"{welcome.DataHash}.prepared");
        DataFile = copy;
        if (TryOpen(copy, welcome.DataHash) is { } kept)
        {
            log($"the data was here already: {copy}");
            return kept;
        }

        await FetchAsync(copy, cancellation).ConfigureAwait(false);
        log($"the data came from the coordinator and is kept in {copy}");
        return PreparedData.Open(copy, welcome.DataHash);
    }

    private async Task FetchAsync(string copy, CancellationToken cancellation)
    {
        string temporary = $"{copy}.{Environment.ProcessId}.{Guid.NewGuid():N}.tmp";
        try
        {
            Directory.CreateDirectory(dataFolder);
            Stream link = await dialer().DialAsync(LinkRole.Data, LinkSession.New(), cancellation).ConfigureAwait(false);
            await using (link.ConfigureAwait(false))
            {
                FileStream file = File.Create(temporary);
                await using (file.ConfigureAwait(false))
                {
                    await DataService.ReceiveAsync(link, file, cancellation).ConfigureAwait(false);
                }
            }

            File.Move(temporary, copy, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new TrainingException(
                $"the data cannot be kept in {dataFolder} ({error.Message.TrimEnd('.')}); name another folder with "
                + "--data-dir", error);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private static PreparedData? TryOpen(string path, string hash)
    {
        try
        {
            return path.Length > 0 && File.Exists(path) ? PreparedData.Open(path, hash) : null;
        }
        catch (Exception error) when (error is DataException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private const int HashLength = 64;
}
