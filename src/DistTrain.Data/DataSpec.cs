namespace DistTrain.Data;

/// <summary>The run file's data section.</summary>
public abstract record DataSpec;
