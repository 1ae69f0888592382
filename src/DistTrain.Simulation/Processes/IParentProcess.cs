namespace DistTrain.Simulation;

/// <summary>A process that workers connect to: a coordinator or an aggregator.</summary>
internal interface IParentProcess
{
    SimulatedProcess Process { get; }

    /// <summary>Takes a connection; its process learns of it when it runs.</summary>
    ConnectionEnd Accept();
}

/// <summary>Where an aggregator stands: level 0 is joined to the coordinator, each other level to the one before.</summary>
internal readonly record struct AggregatorPlace(int Level, int Index);
