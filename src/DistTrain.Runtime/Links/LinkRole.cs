namespace DistTrain.Runtime;

/// <summary>What a connection is for; said in its first frame.</summary>
public enum LinkRole
{
    /// <summary>Control messages of a worker.</summary>
    Control = 1,

    /// <summary>Weights and sums of a worker; belongs to the control link of the same session.</summary>
    Tensor = 2,

    /// <summary>The prepared data, once.</summary>
    Data = 3,

    /// <summary>The cluster's state, once.</summary>
    Status = 4,
}
