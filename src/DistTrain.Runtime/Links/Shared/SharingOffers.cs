namespace DistTrain.Runtime;

/// <summary>
/// Whether a coordinator offers shared memory to workers of its machine. A worker that can open the coordinator's may own
/// memory that the coordinator cannot open: the system lets a privileged user into everybody's processes, and nobody into
/// a privileged user's. That shows only when the first sum lies there. Safe for many threads.
/// </summary>
internal sealed class SharingOffers
{
    private volatile bool _areOver;

    /// <summary>Some worker's memory could not be opened: no connection that comes from now on is offered any.</summary>
    public bool AreOver => _areOver;

    public void End() => _areOver = true;
}
