namespace DistTrain.Runtime;

/// <summary>A computation ended before its result, because nobody wants it any more.</summary>
internal sealed class ComputationAbandonedException() : Exception("the computation is not wanted any more");
