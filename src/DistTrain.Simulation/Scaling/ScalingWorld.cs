using DistTrain.Protocol;

namespace DistTrain.Simulation;

/// <summary>Time, costs and wires of one scaling simulation. Its clock counts nanoseconds.</summary>
internal sealed class ScalingWorld
{
    public const string RunHash = "run";

    public const string DataHash = "data";

    private readonly VirtualTime _time = new();
    private readonly double _nanosecondsPerByte;
    private int _connections;

    public ScalingWorld(StepCosts costs, ClusterNetwork network)
    {
        Costs = costs;
        LatencyNanoseconds = (long)(network.LatencySeconds * 1e9);
        _nanosecondsPerByte = Math.Max(1 / network.BytesPerSecond, costs.ByteSeconds) * 1e9;
        PieceBytes = Math.Clamp(costs.SumBytes / PiecesPerVector, PieceBytesMin, PieceBytesMax);
    }

    public StepCosts Costs { get; }

    public long LatencyNanoseconds { get; }

    /// <summary>Bytes of a connection's turn on a wire.</summary>
    public long PieceBytes { get; }

    public long Now => _time.Now;

    public long EventsDone => _time.EventsDone;

    public void In(long nanoseconds, Action action) => _time.In(nanoseconds, action);

    /// <summary>Does the next thing; false if nothing is planned any more.</summary>
    public bool Step() => _time.Step(long.MaxValue);

    /// <summary>Connects a node to the one above.</summary>
    public void Join(IScalingParent parent, IScalingChild child)
    {
        var connection = new ScalingConnection(parent, child, new WorkerId(++_connections));
        parent.Joined(connection);
        child.Joined(connection);
    }

    public long SerialisationNanoseconds(long bytes) => (long)(bytes * _nanosecondsPerByte);

    private const long PiecesPerVector = 128;

    private const long PieceBytesMin = 8 * 1024;

    private const long PieceBytesMax = 256 * 1024;
}
