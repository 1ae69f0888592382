using System.Buffers;
using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Serialization;
using DistTrain.Protocol;

namespace DistTrain.Akka;

/// <summary>
/// The protocol's messages and this engine's few own ones, as MessagePack by the project's codec. A manifest is one of
/// three words of this file, never a type's name.
/// </summary>
public sealed class ControlMessageSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    public const string CoordinatorManifest = "coordinator-1";
    public const string WorkerManifest = "worker-1";
    public const string LinkManifest = "link-1";

    /// <summary>Akka keeps 0 to 40 for itself.</summary>
    public const int SerializerNumber = 4201;

    public override int Identifier => SerializerNumber;

    public override string Manifest(object o) => o switch
    {
        CoordinatorMessage => CoordinatorManifest,
        WorkerMessage => WorkerManifest,
        LinkMessage => LinkManifest,
        _ => throw new SerializationException($"{o.GetType()} is no message of the cluster"),
    };

    public override byte[] ToBinary(object obj)
    {
        var bytes = new ArrayBufferWriter<byte>(BytesAtFirst);
        switch (obj)
        {
            case CoordinatorMessage message:
                MessageCodec.Write(bytes, message);
                break;
            case WorkerMessage message:
                MessageCodec.Write(bytes, message);
                break;
            case LinkMessage message:
                LinkMessageCodec.Write(bytes, message);
                break;
            default:
                throw new SerializationException($"{obj.GetType()} is no message of the cluster");
        }

        return bytes.WrittenSpan.ToArray();
    }

    /// <exception cref="SerializationException">Another manifest, or bytes that are not exactly one message.</exception>
    public override object FromBinary(byte[] bytes, string manifest)
    {
        try
        {
            return manifest switch
            {
                CoordinatorManifest => MessageCodec.ReadCoordinatorMessage(bytes),
                WorkerManifest => MessageCodec.ReadWorkerMessage(bytes),
                LinkManifest => LinkMessageCodec.Read(bytes),
                _ => throw new SerializationException(
                    $"a message has the manifest '{manifest}', expected {CoordinatorManifest}, {WorkerManifest} or {LinkManifest}"),
            };
        }
        catch (WireFormatException failure)
        {
            throw new SerializationException(failure.Message, failure);
        }
    }

    private const int BytesAtFirst = 256;
}
