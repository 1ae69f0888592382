namespace DistTrain.Runtime;

/// <summary>What to do where a round cannot be closed.</summary>
internal static class RoundAdvice
{
    public const string OnDivergence =
        "training diverged; lower the learning rate or clip the gradient; the last checkpoint is still good";
}
