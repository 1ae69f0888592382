using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>The floats behind the machine's <see cref="SumHandle"/>s. For one actor; not for several threads.</summary>
public sealed class SumTable
{
    private readonly Stack<int> _free = new();
    private SumView?[] _views = new SumView?[SizeAtFirst];
    private int _used;

    /// <summary>Handles in use.</summary>
    public int Count => _used - _free.Count;

    /// <summary>Takes over the view's reference.</summary>
    public SumHandle Add(SumView view)
    {
        if (!_free.TryPop(out int slot))
        {
            slot = _used++;
            if (slot == _views.Length)
            {
                Array.Resize(ref _views, slot * 2);
            }
        }

        _views[slot] = view;
        return new SumHandle(slot);
    }

    public SumView this[SumHandle handle] =>
        _views[handle.Value] ?? throw new InvalidOperationException($"sum handle {handle.Value} is not in use");

    /// <summary>Gives the view's reference back and forgets the handle.</summary>
    public void Release(SumHandle handle)
    {
        SumView view = this[handle];
        _views[handle.Value] = null;
        _free.Push(handle.Value);
        view.Buffer.Release();
    }

    public void ReleaseAll()
    {
        for (int slot = 0; slot < _used; slot++)
        {
            if (_views[slot] is not null)
            {
                Release(new SumHandle(slot));
            }
        }
    }

    private const int SizeAtFirst = 64;
}
