using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Dispatch.SysMsg;
using Akka.Remote.Serialization;
using Akka.Serialization;

namespace DistTrain.Akka;

/// <summary>Akka's mixed bag of messages, of which a cluster needs five: the others could stop actors or build types.</summary>
public sealed class AllowedMiscMessages(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    private readonly MiscMessageSerializer _inner = new(system);

    public override int Identifier => 16;

    public override string Manifest(object o) => _inner.Manifest(o);

    public override byte[] ToBinary(object obj) => Allowed.Contains(_inner.Manifest(obj))
        ? _inner.ToBinary(obj)
        : throw new SerializationException($"{obj.GetType()} is not sent between nodes of this cluster");

    public override object FromBinary(byte[] bytes, string manifest) => Allowed.Contains(manifest)
        ? _inner.FromBinary(bytes, manifest)
        : throw new SerializationException($"a message of the kind '{manifest}' came; this cluster does not take it");

    /// <summary>Identify, its answer, an actor's reference, and the remote watch's heartbeat and answer.</summary>
    private static readonly string[] Allowed = ["ID", "AID", "AR", "RWHB", "RWHR"];
}

/// <summary>Death watch between nodes, and nothing else of Akka's inner messages. Manifests are words, not type names.</summary>
public sealed class AllowedSystemMessages(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    private readonly SystemMessageSerializer _inner = new(system);

    public override int Identifier => 22;

    public override string Manifest(object o) => o switch
    {
        Watch => "watch",
        Unwatch => "unwatch",
        DeathWatchNotification => "gone",
        _ => throw new SerializationException($"{o.GetType()} is not sent between nodes of this cluster"),
    };

    public override byte[] ToBinary(object obj)
    {
        _ = Manifest(obj);
        return _inner.ToBinary(obj);
    }

    public override object FromBinary(byte[] bytes, string manifest) => manifest switch
    {
        "watch" => _inner.FromBinary(bytes, typeof(Watch)),
        "unwatch" => _inner.FromBinary(bytes, typeof(Unwatch)),
        "gone" => _inner.FromBinary(bytes, typeof(DeathWatchNotification)),
        _ => throw new SerializationException($"a system message '{manifest}' came; this cluster does not take it"),
    };
}
