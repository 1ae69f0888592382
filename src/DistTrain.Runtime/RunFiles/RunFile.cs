namespace DistTrain.Runtime;

/// <summary>A run file, parsed and checked: what to train, on which data, for how long.</summary>
public sealed class RunFile;
