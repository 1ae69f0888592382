using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>The coordinator's end of its connection to one worker. No call blocks; a failure shows as a disconnection.</summary>
public interface IWorkerPort
{
    /// <summary>For people: where the worker is.</summary>
    string Address { get; }

    void Send(CoordinatorMessage message);

    /// <summary>Sends weights [start, start + length). The port takes a reference of its own for as long as it needs.</summary>
    void SendWeights(CoordinatorMessage.Weights header, WeightBuffer weights, int start, int length);

    /// <summary>Ends the connection after what was sent before. No event follows.</summary>
    void Close(string reason);
}
