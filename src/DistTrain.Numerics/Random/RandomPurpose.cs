namespace DistTrain.Numerics;

/// <summary>What random numbers are for. Part of the key, so that no purpose repeats another's numbers.</summary>
/// <remarks>The values are part of the bits of every run: never renumber, only add.</remarks>
public enum RandomPurpose
{
    /// <summary>Initial weights: layer = the tensor's position in the network, row 0.</summary>
    InitialWeights = 1,

    /// <summary>An epoch's order of samples: keyed by epoch.</summary>
    Shuffle = 2,

    /// <summary>The split into training, validation and test rows.</summary>
    Split = 3,

    /// <summary>Dropout masks: keyed by epoch, step and layer, with the row in the whole batch.</summary>
    Dropout = 4,

    /// <summary>Changes to samples on the way in (shifts, flips, noise): keyed by epoch, with the sample's row.</summary>
    Augmentation = 5,

    /// <summary>Inputs made up for tests, benchmarks and simulations.</summary>
    Synthetic = 6,
}
