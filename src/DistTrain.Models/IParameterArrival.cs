namespace DistTrain.Models;

/// <summary>Asked, while the forward pass goes on, for the parameters that the next layer reads: they may still be on their way.</summary>
public interface IParameterArrival
{
    /// <summary>
    /// Returns once parameters [start .. end) are there and will not change any more in this call. Asked in the order in which
    /// layers run, for every tensor before it is first read; the backward pass reads nothing that was not asked for. Called
    /// on the computing thread, which may be held as long as it takes; an exception ends the pass.
    /// </summary>
    void WaitFor(int start, int end);
}
