using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>A node that workers join: a coordinator or an aggregator.</summary>
public interface ICrewNode : IMailbox<CoordinatorInput>
{
    /// <summary>The identity of a new admission.</summary>
    WorkerId NextWorkerId();

    /// <summary>What compute threads of this process may help with while they wait; null: nothing.</summary>
    ISpareWork? SpareWork => null;
}
