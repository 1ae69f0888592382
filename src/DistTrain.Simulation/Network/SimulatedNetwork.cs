namespace DistTrain.Simulation;

/// <summary>From one host to another; each direction can be cut alone.</summary>
internal readonly record struct Route(int From, int To);

/// <summary>Delays, and which routes are cut.</summary>
internal sealed class SimulatedNetwork(World world)
{
    private readonly Dictionary<Route, int> _blocked = [];

    /// <summary>Factor on all delays.</summary>
    public double Slowness { get; set; } = 1;

    /// <summary>Microseconds for one frame: mostly the base, with a long tail.</summary>
    public long Delay()
    {
        double tail = -Math.Log(1 - world.Chance.Share());
        double slowness = world.Chance.Chance(0.01) ? 20 * Slowness : Slowness;
        return (long)(world.Scenario.DelayMicroseconds * (0.5 + tail) * slowness);
    }

    public bool IsBlocked(Route route) => _blocked.ContainsKey(route);

    public void Block(Route route) => _blocked[route] = _blocked.GetValueOrDefault(route) + 1;

    public void Unblock(Route route)
    {
        if (_blocked.TryGetValue(route, out int times))
        {
            if (times > 1)
            {
                _blocked[route] = times - 1;
            }
            else
            {
                _blocked.Remove(route);
            }
        }

        world.ReleaseHeldFrames();
    }

    public void UnblockAll()
    {
        _blocked.Clear();
        Slowness = 1;
        world.ReleaseHeldFrames();
    }
}
