namespace DistTrain.Models;

/// <summary>Hears, while the backward pass goes on, which part of the sum vector is final and may be sent.</summary>
public interface ISumsProgress
{
    /// <summary>
    /// sums[start .. end) will not change any more in this call. Ranges come without overlap and cover the whole vector:
    /// the metrics first, then the layers from the last to the first. Called on the computing thread: return at once.
    /// </summary>
    void SumsReady(int start, int end);
}
