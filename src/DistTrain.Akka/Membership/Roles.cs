namespace DistTrain.Akka;

/// <summary>The two roles of a cluster's nodes.</summary>
internal static class Roles
{
    public const string Coordinator = "coordinator";
    public const string Worker = "worker";
}
