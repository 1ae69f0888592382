using DistTrain.Protocol;

namespace DistTrain.Simulation;

/// <summary>An aggregator's two versions of weights: the whole one, and the one that comes in.</summary>
internal sealed class WeightSlots(TinyTask task)
{
    private readonly (long Version, float[] Floats)[] _slots =
        [(-1, new float[task.Network.Parameters.Length]), (-1, new float[task.Network.Parameters.Length])];

    public void Forget()
    {
        _slots[0].Version = -1;
        _slots[1].Version = -1;
    }

    public void Store(CoordinatorMessage.Weights header, ReadOnlySpan<float> floats)
    {
        int slot = Array.FindIndex(_slots, slot => slot.Version == header.Version.Value);
        if (slot < 0)
        {
            slot = _slots[0].Version <= _slots[1].Version ? 0 : 1;
            if (_slots[slot].Version > header.Version.Value)
            {
                return;
            }

            _slots[slot].Version = header.Version.Value;
        }

        floats.CopyTo(_slots[slot].Floats.AsSpan(task.BucketStart(header.Bucket)));
    }

    public ReadOnlySpan<float> Bucket(CoordinatorMessage.Weights header, SimulatedProcess owner)
    {
        int slot = Array.FindIndex(_slots, slot => slot.Version == header.Version.Value);
        if (slot < 0)
        {
            throw new PromiseBrokenException($"{owner} is told to send version {header.Version.Value}, which it lacks");
        }

        int start = task.BucketStart(header.Bucket);
        return _slots[slot].Floats.AsSpan(start, task.BucketStart(header.Bucket + 1) - start);
    }
}
