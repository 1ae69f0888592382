namespace DistTrain.Simulation;

/// <summary>What keeps a process that knocks from being a worker of this run.</summary>
internal enum Stranger
{
    /// <summary>Nothing: it belongs here.</summary>
    None,

    SpeaksAnotherVersion,
    HasAnotherRunFile,
    HasOtherData,
}
