using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Configuration;
using Akka.Serialization;

namespace DistTrain.Akka;

/// <summary>
/// Stands under the number of an Akka serializer that would build types named by the sender, and refuses both ways.
/// </summary>
public abstract class RefusedSerializer(ExtendedActorSystem system, int identifier, string what)
    : SerializerWithStringManifest(system)
{
    public override int Identifier => identifier;

    public override string Manifest(object o) => "";

    public override byte[] ToBinary(object obj) => throw new SerializationException(
        $"{obj.GetType()} has no serializer of its own, and this cluster sends nothing as {what}");

    public override object FromBinary(byte[] bytes, string manifest) => throw new SerializationException(
        $"{bytes.Length} bytes came as {what} ('{Shorten(manifest)}'); this cluster takes nothing of that kind");

    private static string Shorten(string manifest) => manifest.Length <= 100 ? manifest : manifest[..100] + "…";
}

public sealed class RefusedJson(ExtendedActorSystem system) : RefusedSerializer(system, 1, "JSON with type names")
{
    /// <summary>Akka's defaults hold settings for the JSON serializer and pass them on.</summary>
    public RefusedJson(ExtendedActorSystem system, Config settings)
        : this(system) => _ = settings;
}

public sealed class RefusedProtobuf(ExtendedActorSystem system)
    : RefusedSerializer(system, 2, "protobuf with a class name");

public sealed class RefusedDeployment(ExtendedActorSystem system) : RefusedSerializer(system, 3, "remote deployment");

public sealed class RefusedDelivery(ExtendedActorSystem system) : RefusedSerializer(system, 36, "reliable delivery");
