namespace DistTrain.Runtime;

/// <summary>What processes of a run on this machine tell the one that started them: lines of their standard output.</summary>
public static class ChildReport
{
    /// <summary>Of an aggregator, when workers can come; its address follows.</summary>
    public const string ListeningPrefix = "listening on ";

    /// <summary>Of a worker or an aggregator, once, when its first sums have left: its start was no failure.</summary>
    public const string Delivered = "its first sums have left";
}
