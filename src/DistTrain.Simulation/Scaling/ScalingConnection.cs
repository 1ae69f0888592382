using DistTrain.Protocol;

namespace DistTrain.Simulation;

/// <summary>A child's connection to the node above: control and tensors, each way, on one host's link each.</summary>
internal sealed class ScalingConnection
{
    private readonly ScalingLink _controlUp;
    private readonly ScalingLink _tensorUp;
    private readonly ScalingLink _controlDown;
    private readonly ScalingLink _tensorDown;

    public ScalingConnection(IScalingParent parent, IScalingChild child, WorkerId id)
    {
        Parent = parent;
        Child = child;
        Id = id;
        _controlUp = new ScalingLink(child.Link, parent.Link);
        _tensorUp = new ScalingLink(child.Link, parent.Link);
        _controlDown = new ScalingLink(parent.Link, child.Link);
        _tensorDown = new ScalingLink(parent.Link, child.Link);
    }

    public IScalingParent Parent { get; }

    public IScalingChild Child { get; }

    public WorkerId Id { get; }

    public ScalingLink Up(bool isTensor) => isTensor ? _tensorUp : _controlUp;

    public ScalingLink Down(bool isTensor) => isTensor ? _tensorDown : _controlDown;
}

/// <summary>What a node above takes from its children.</summary>
internal interface IScalingParent
{
    HostLink Link { get; }

    void Arrived(WorkerId child, WorkerMessage message);

    void SumArrived(WorkerId child, WorkerMessage.PartialSum header);

    void Joined(ScalingConnection connection);
}

/// <summary>What a node below takes from the one above.</summary>
internal interface IScalingChild
{
    HostLink Link { get; }

    void Arrived(CoordinatorMessage message);

    void WeightsArrived(CoordinatorMessage.Weights header);

    void Joined(ScalingConnection connection);
}
