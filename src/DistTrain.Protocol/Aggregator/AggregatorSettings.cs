namespace DistTrain.Protocol;

/// <param name="Name">For people: host and process.</param>
/// <param name="WorkersAtStart">Takes no work before so many workers below are ready for the first time; 1 or more.</param>
/// <param name="ThreadsExpected">Compute threads of all of them, as a first guess of its speed; 1 or more.</param>
public sealed record AggregatorSettings(string Name, int WorkersAtStart, int ThreadsExpected, ProtocolTimes Times)
{
    internal Canary Canary { get; init; }
}
