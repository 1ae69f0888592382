namespace DistTrain.Runtime;

/// <summary>Keeps a thread on its core as <see cref="CoreStay"/> says.</summary>
internal sealed class ThreadPlacement(IOwnThread thread)
{
    private CoreStay _stay;
    private ThreadClocks? _passEnd;

    /// <summary>To be called after each pass, always on the same thread.</summary>
    public void AfterPass()
    {
        if (thread.ReadClocks() is not { } now)
        {
            return;
        }

        bool stayed = _stay.Stays;
        if (_passEnd is { } before)
        {
            _stay.Pass((now.RanNs - before.RanNs) / (double)(now.NowNs - before.NowNs));
        }

        _passEnd = now;
        if (_stay.Stays != stayed)
        {
            thread.Place(_stay.Stays);
        }
    }
}
