using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>
/// The weights that a node holds: of several versions the newest two stay, the whole one in use and the one that comes in. For
/// one actor; not for several threads.
/// </summary>
public sealed class HeldWeights
{
    private readonly List<WeightBuffer> _buffers = [];

    /// <summary>Takes over a reference, of which it keeps one for each version.</summary>
    public void Keep(WeightBuffer buffer)
    {
        if (_buffers.Contains(buffer))
        {
            buffer.Release();
            return;
        }

        // A late bucket over the sockets may come behind a newer version through shared memory.
        int newer = _buffers.FindIndex(held => held.Version.Value > buffer.Version.Value);
        _buffers.Insert(newer < 0 ? _buffers.Count : newer, buffer);
        if (_buffers.Count > VersionsKept)
        {
            _buffers[0].Release();
            _buffers.RemoveAt(0);
        }
    }

    /// <returns>Without a reference for the caller: retain it to use it after this call's turn.</returns>
    /// <exception cref="InvalidOperationException">This version is not held.</exception>
    public WeightBuffer Of(WeightVersion version)
    {
        foreach (WeightBuffer buffer in _buffers)
        {
            if (buffer.Version == version)
            {
                return buffer;
            }
        }

        throw new InvalidOperationException($"weights of version {version.Value} are not here");
    }

    public void ReleaseAll()
    {
        foreach (WeightBuffer buffer in _buffers)
        {
            buffer.Release();
        }

        _buffers.Clear();
    }

    private const int VersionsKept = 2;
}
