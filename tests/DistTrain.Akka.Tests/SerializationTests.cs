using System.Collections.Immutable;
using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch.SysMsg;
using Akka.Remote;
using Akka.Serialization;
using DistTrain.Protocol;
using DistTrain.Runtime;

namespace DistTrain.Akka.Tests;

/// <summary>What may cross between nodes, with the engine's own configuration.</summary>
public sealed class SerializationTests : IDisposable
{
    private readonly ExtendedActorSystem _system = (ExtendedActorSystem)ActorSystem.Create("disttrain", NodeConfiguration.SetupOf(
        new NodeSettings { Role = "worker", ListenHost = "127.0.0.1", ListenPort = 0, AdvertisedHost = "127.0.0.1" },
        (_, _) => { }));

    public void Dispose() => _system.Terminate().Wait();

    public static TheoryData<object, string> Messages => new()
    {
        { new CoordinatorMessage.Cancel(new Term(7), new RoundNumber(9)), "coordinator-1" },
        {
            new CoordinatorMessage.Assign(
                new Term(7), new Round(new RoundNumber(9), RoundKind.Train, new WeightVersion(8), 0, 16, 16, 8),
                ImmutableArray.Create(new ShardRange(2, 3))),
            "coordinator-1"
        },
        { new CoordinatorMessage.Welcome(new WorkerId(3), new Term(7), "{}", "aa", "bb", "/data"), "coordinator-1" },
        { new WorkerMessage.Hello(ProtocolVersions.Current, "näme", 4), "worker-1" },
        { new WorkerMessage.Heartbeat(new Term(7), new RoundNumber(1), 2), "worker-1" },
        { new LinkMessage.Ask(5), "link-1" },
        { new LinkMessage.Offer(5, 7071, new LinkSession(UInt128.MaxValue - 5)), "link-1" },
        { new LinkMessage.Opened(-1), "link-1" },
        { new LinkMessage.RunIsOver(6, "all steps are done", true), "link-1" },
        { new LinkMessage.Closed(6, "the run is over"), "link-1" },
    };

    [Theory]
    [MemberData(nameof(Messages))]
    public void Message_ThereAndBack_IsEqualUnderAWordForManifest(object message, string manifest)
    {
        Serializer serializer = _system.Serialization.FindSerializerFor(message);
        Assert.Equal(ControlMessageSerializer.SerializerNumber, serializer.Identifier);
        Assert.Equal(manifest, ((SerializerWithStringManifest)serializer).Manifest(message));
        object back = _system.Serialization.Deserialize(serializer.ToBinary(message), serializer.Identifier, manifest);
        Assert.Equal(serializer.ToBinary(message), serializer.ToBinary(back));
        Assert.Equal(message.GetType(), back.GetType());
    }

    [Theory]
    [InlineData(1, "System.Diagnostics.Process, System.Diagnostics.Process", "JSON with type names")]
    [InlineData(2, "Google.Protobuf.WellKnownTypes.Any, Google.Protobuf", "protobuf with a class name")]
    [InlineData(3, "", "remote deployment")]
    [InlineData(36, "a", "reliable delivery")]
    [InlineData(16, "STF", "the kind 'STF'")]
    [InlineData(16, "PP", "the kind 'PP'")]
    [InlineData(16, "CF", "the kind 'CF'")]
    [InlineData(22, "Akka.Dispatch.SysMsg.Create, Akka", "a system message 'Akka.Dispatch.SysMsg.Create, Akka'")]
    [InlineData(ControlMessageSerializer.SerializerNumber, "DistTrain.Protocol.Round", "expected coordinator-1")]
    [InlineData(ControlMessageSerializer.SerializerNumber, "worker-1", "0 bytes")]
    public void Bytes_OfAKindThatIsNotTaken_AreRefusedByName(int number, string manifest, string reason)
    {
        var refused = Assert.Throws<SerializationException>(
            () => _system.Serialization.Deserialize([], number, manifest));
        if (number != ControlMessageSerializer.SerializerNumber || manifest != "worker-1")
        {
            Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Object_WithoutASerializerOfItsOwn_IsNotSent()
    {
        Assert.Throws<SerializationException>(() => _system.Serialization.FindSerializerFor(new Version(1, 2)).ToBinary(new Version(1, 2)));
        Assert.Throws<SerializationException>(() =>
            _system.Serialization.FindSerializerFor(new Status.Failure(new InvalidOperationException()))
                .ToBinary(new Status.Failure(new InvalidOperationException())));
        Assert.Throws<SerializationException>(() =>
            _system.Serialization.FindSerializerFor(PoisonPill.Instance).ToBinary(PoisonPill.Instance));
    }

    [Fact]
    public void DeathWatch_IsWhatPassesOfAkkasInnerMessages()
    {
        var watch = new Watch((IInternalActorRef)_system.DeadLetters, (IInternalActorRef)_system.DeadLetters);
        var serializer = (SerializerWithStringManifest)_system.Serialization.FindSerializerFor(watch);
        Assert.Equal("watch", serializer.Manifest(watch));
        Assert.IsType<Watch>(_system.Serialization.Deserialize(serializer.ToBinary(watch), serializer.Identifier, "watch"));
        Assert.Throws<SerializationException>(() => serializer.Manifest(new Terminate()));
    }

    /// <summary>Every serializer that the configuration registers is one that was judged. A new Akka version that adds one fails here.</summary>
    [Fact]
    public void Registered_Serializers_AreTheOnesThatWereJudged()
    {
        Config serializers = _system.Settings.Config.GetConfig("akka.actor.serializers");
        var registered = serializers.AsEnumerable().ToDictionary(
            entry => entry.Key, entry => entry.Value.GetString().Split(',')[0].Split('.')[^1]);
        Assert.Equal(
            new SortedDictionary<string, string>
            {
                ["akka-cluster"] = "ClusterMessageSerializer",
                ["akka-containers"] = "MessageContainerSerializer",
                ["akka-misc"] = nameof(AllowedMiscMessages),
                ["akka-singleton"] = "ClusterSingletonMessageSerializer",
                ["akka-system-msg"] = nameof(AllowedSystemMessages),
                ["bytes"] = "ByteArraySerializer",
                ["daemon-create"] = nameof(RefusedDeployment),
                ["disttrain"] = nameof(ControlMessageSerializer),
                ["json"] = nameof(RefusedJson),
                ["primitive"] = "PrimitiveSerializers",
                ["proto"] = nameof(RefusedProtobuf),
                ["reliable-delivery"] = nameof(RefusedDelivery),
            },
            new SortedDictionary<string, string>(registered));
    }
}
