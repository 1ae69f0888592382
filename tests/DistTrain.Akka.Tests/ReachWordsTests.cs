namespace DistTrain.Akka.Tests;

/// <summary>On lines that Akka 1.5 wrote in clusters whose coordinator or workers were killed.</summary>
public sealed class ReachWordsTests
{
    [Theory]
    [InlineData(
        "Tried to associate with unreachable remote address [akka.tcp://disttrain@coordinator:7071]. Address is now gated for 2000 ms, "
        + "all messages to this address will be delivered to dead letters. Reason: [Association failed with "
        + "akka.tcp://disttrain@coordinator:7071] Caused by: [System.Net.Sockets.SocketException (00000005, 0xFFFDFFFF): Name or service not known",
        "coordinator:7071 cannot be reached: Name or service not known")]
    [InlineData(
        "Tried to associate with unreachable remote address [akka.tcp://disttrain@coordinator:7071]. Address is now gated for 2000 ms, "
        + "all messages to this address will be delivered to dead letters. Reason: [Association failed with "
        + "akka.tcp://disttrain@coordinator:7071] Caused by: [Akka.Remote.Transport.AkkaProtocolException: The remote system explicitly "
        + "disassociated (reason unknown).",
        "coordinator:7071 ended the connection before admission (a node that wants TLS or a token does so when another comes without)")]
    [InlineData(
        "Tried to associate with unreachable remote address [akka.ssl.tcp://disttrain@172.19.0.6:42731]. Address is now gated for 2000 ms, "
        + "all messages to this address will be delivered to dead letters. Reason: [connection timed out: 172.19.0.6:42731]",
        "172.19.0.6:42731 cannot be reached: connection timed out")]
    [InlineData(
        "Tried to associate with unreachable remote address [akka.tcp://disttrain@coordinator:7071]. Address is now gated for 2000 ms, "
        + "all messages to this address will be delivered to dead letters. Reason: [Connection refused tcp://disttrain@coordinator:7071]",
        "coordinator:7071 cannot be reached: Connection refused")]
    [InlineData(
        "Tried to associate with unreachable remote address [akka.tcp://disttrain@[::1]:7071]. Address is now gated for 2000 ms, "
        + "all messages to this address will be delivered to dead letters. Reason: [Association failed with "
        + "akka.tcp://disttrain@[::1]:7071] Caused by: [System.Net.Sockets.SocketException (101): Network is unreachable",
        "[::1]:7071 cannot be reached: Network is unreachable")]
    [InlineData(
        "Couldn't join seed nodes after [2] attempts, will try again. seed-nodes=[akka.tcp://disttrain@a:7071, akka.tcp://disttrain@b:7071]",
        "no node at a:7071, b:7071 has let this one into the cluster yet")]
    [InlineData(
        "SBR took decision Akka.Cluster.SBR.DownReachable and is downing [akka.tcp://disttrain@172.20.0.4:43421, "
        + "akka.tcp://disttrain@172.20.0.3:34513] including myself, , [1] unreachable of [4] members, full reachability status: []",
        "the split-brain resolver takes out 172.20.0.4:43421, 172.20.0.3:34513 (DownReachable)")]
    [InlineData("something else that is worth a line", "something else that is worth a line")]
    public void Describe_WhatIsNews_IsInTheRunsWords(string line, string expected) =>
        Assert.Equal(expected, ReachWords.Describe(line));

    [Theory]
    [InlineData("AssociationError [akka.tcp://disttrain@172.18.0.4:39809] -> akka.tcp://disttrain@coordinator:7071: Error "
        + "[Association failed with akka.tcp://disttrain@coordinator:7071] []")]
    [InlineData("AssociationError [akka.tcp://disttrain@coordinator:7071] -> akka.tcp://disttrain@172.19.0.6:42731: Error "
        + "[connection timed out: 172.19.0.6:42731] []")]
    [InlineData("Cluster Node [akka.tcp://disttrain@coordinator:7071] - Marking node(s) as UNREACHABLE [Member(address = "
        + "akka.tcp://disttrain@172.19.0.6:42731, Uid=306920018 status = Up, role=[worker], upNumber=5, version=0.1.0)]. Node roles [coordinator]")]
    [InlineData("Received gossip where this member has been downed, from [akka.tcp://disttrain@172.20.0.3:34513]")]
    [InlineData("Joining of seed-nodes [akka.tcp://disttrain@coordinator:7071] was unsuccessful after configured "
        + "shutdown-after-unsuccessful-join-seed-nodes [00:00:20]. Running CoordinatedShutdown.")]
    [InlineData("Association to [akka.tcp://disttrain@172.20.0.3:34513] having UID [1571574287] is irrecoverably failed. UID is now "
        + "quarantined and all messages to this UID will be delivered to dead letters. Remote actorsystem must be restarted to recover from this situation.")]
    public void Describe_WhatTheEngineSaysItself_IsNone(string line) => Assert.Null(ReachWords.Describe(line));
}
