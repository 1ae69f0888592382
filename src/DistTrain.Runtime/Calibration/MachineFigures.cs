using System.Collections.Immutable;

namespace DistTrain.Runtime;

/// <summary>How fast this machine is at the parts of a run's training step.</summary>
/// <param name="ComputePoints">Seconds of one worker's forward and backward pass by rows, ascending.</param>
/// <param name="SumsReadyShare">Per bucket: share of a pass after which its sums are final.</param>
/// <param name="AddFloatsPerSecond">Sums added: floats of the result a second.</param>
/// <param name="UpdateFloatsPerSecond">Weights updated: floats a second.</param>
/// <param name="MessageSeconds">Of an actor, for one message, the call that sends it included.</param>
/// <param name="HopSeconds">From a message's sending until another thread of this machine, which slept, takes it.</param>
/// <param name="LinkByteSeconds">For one byte through a link between two processes of this machine.</param>
/// <param name="LinkByteWork">Core seconds of both ends for it, beside those of its message.</param>
/// <param name="SharedSlowdown">How much longer a pass takes while every core of the machine computes one; 1 or more.</param>
/// <param name="PassSpread">
/// The upper quartile of a pass's times over the lower one, for the rows where it is largest: what other programs, or the host
/// of a virtual machine, did meanwhile.
/// </param>
public sealed record MachineFigures(
    ImmutableArray<(double Rows, double Seconds)> ComputePoints, ImmutableArray<double> SumsReadyShare,
    double AddFloatsPerSecond, double UpdateFloatsPerSecond, double MessageSeconds, double HopSeconds,
    double LinkByteSeconds, double LinkByteWork, double SharedSlowdown, double PassSpread);
