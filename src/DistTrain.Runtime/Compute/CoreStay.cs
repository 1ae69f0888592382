namespace DistTrain.Runtime;

/// <summary>Whether a compute thread is kept on the core that it is on. Pure.</summary>
/// <remarks>
/// When new weights arrive, threads of the coordinator are still busy on all cores, and the system may wake two workers on one
/// core and leave another idle for a whole pass: with two worker processes on two cores one step in eight took twice as long.
/// So a thread that has had a core nearly for itself is kept there. If it has to share it pass after pass, with another
/// program or another worker, the system places it anew.
/// </remarks>
internal struct CoreStay
{
    private int _passes;

    /// <summary>Whether the thread is kept where it is.</summary>
    public bool Stays { get; private set; }

    /// <summary>Takes note of a pass and of the wait before it.</summary>
    /// <param name="share">How much of that time the thread ran, 0 to 1.</param>
    public void Pass(double share)
    {
        bool speaksForChange = Stays ? share < SharedMost : share >= AloneLeast;
        _passes = speaksForChange ? _passes + 1 : 0;
        if (_passes == (Stays ? PassesToLeave : PassesToStay))
        {
            Stays = !Stays;
            _passes = 0;
        }
    }

    /// <summary>A core nearly for itself; beside its passes a thread waits for weights.</summary>
    public const double AloneLeast = 0.7;

    /// <summary>Two threads that compute on one core have half of it each.</summary>
    public const double SharedMost = 0.6;

    /// <summary>Few: as long as threads are free, they are put on one core again and again.</summary>
    public const int PassesToStay = 3;

    /// <summary>Many: a thread that is not kept disturbs for a pass or two, then the system moves it.</summary>
    public const int PassesToLeave = 8;
}
