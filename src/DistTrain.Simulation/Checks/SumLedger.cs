using DistTrain.Numerics;
using DistTrain.Protocol;

namespace DistTrain.Simulation;

/// <summary>The sums that a coordinator's shell holds; every handle is given back exactly once.</summary>
internal sealed class SumLedger(SimulatedProcess owner)
{
    private readonly Dictionary<int, float[]> _sums = [];
    private int _next;

    public int Count => _sums.Count;

    public float[] this[SumHandle handle] => _sums.TryGetValue(handle.Value, out float[]? floats)
        ? floats
        : throw new PromiseBrokenException($"{owner} reads sum {handle.Value}, which it does not hold");

    public SumHandle Take(float[] floats)
    {
        SumHandle handle = new(_next++);
        _sums.Add(handle.Value, floats);
        return handle;
    }

    public void Add(SumHandle left, SumHandle right)
    {
        float[] addend = Give(right);
        if (!_sums.TryGetValue(left.Value, out float[]? sum) || sum.Length != addend.Length)
        {
            throw new PromiseBrokenException($"{owner} adds to sum {left.Value}, which it does not hold in that length");
        }

        TreeSum.Add(sum, addend, sum);
    }

    public float[] Give(SumHandle handle) => _sums.Remove(handle.Value, out float[]? floats)
        ? floats
        : throw new PromiseBrokenException($"{owner} gives back sum {handle.Value}, which it does not hold");
}
