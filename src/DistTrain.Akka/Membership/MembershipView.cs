using System.Collections.Immutable;
using Akka.Actor;
using Akka.Cluster;

namespace DistTrain.Akka;

/// <summary>The cluster's members by role, as one node sees them. Immutable.</summary>
internal sealed record MembershipView
{
    public ImmutableSortedSet<Address> Coordinators { get; init; } = ImmutableSortedSet.Create<Address>(Address.Comparer);

    public ImmutableSortedSet<Address> Workers { get; init; } = ImmutableSortedSet.Create<Address>(Address.Comparer);

    public ImmutableSortedSet<Address> Unreachable { get; init; } = ImmutableSortedSet.Create<Address>(Address.Comparer);

    public MembershipView With(Member member) => this with
    {
        Coordinators = member.HasRole(Roles.Coordinator) ? Coordinators.Add(member.Address) : Coordinators,
        Workers = member.HasRole(Roles.Worker) ? Workers.Add(member.Address) : Workers,
    };

    public MembershipView Without(Member member) => this with
    {
        Coordinators = Coordinators.Remove(member.Address),
        Workers = Workers.Remove(member.Address),
        Unreachable = Unreachable.Remove(member.Address),
    };

    /// <param name="withWorkers">False: of coordinators alone.</param>
    public string Describe(bool withWorkers) =>
        $"{Coordinators.Count} coordinator {(Coordinators.Count == 1 ? "node" : "nodes")}"
        + (withWorkers ? $", {Workers.Count} worker {(Workers.Count == 1 ? "node" : "nodes")}" : "")
        + ((withWorkers ? Unreachable : Unreachable.Intersect(Coordinators)) is { IsEmpty: false } lost
            ? $", {lost.Count} out of reach" : "");
}
