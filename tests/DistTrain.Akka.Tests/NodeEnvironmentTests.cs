using System.Collections;
using Akka.Configuration;

namespace DistTrain.Akka.Tests;

public sealed class NodeEnvironmentTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Settings_OfAllSources_TheLaterCountsMore()
    {
        string file = WriteFile("akka { loglevel = DEBUG, cluster.min-nr-of-members = 2, cluster.gossip-interval = 9 s }");
        AkkaOptions options = Complete(
            new AkkaOptions(), file, ["akka.loglevel=ERROR"],
            ("AKKA__LOGLEVEL", "INFO"), ("AKKA__CLUSTER__MIN_NR_OF_MEMBERS", "3"));
        Config config = NodeConfiguration.ConfigOf(Settings(options));

        Assert.Equal("ERROR", config.GetString("akka.loglevel"));
        Assert.Equal(3, config.GetInt("akka.cluster.min-nr-of-members"));
        Assert.Equal(TimeSpan.FromSeconds(9), config.GetTimeSpan("akka.cluster.gossip-interval"));
        Assert.Equal("keep-oldest", config.GetString("akka.cluster.split-brain-resolver.active-strategy"));
    }

    [Fact]
    public void Settings_OfTheUser_NeverChangeAddressRoleAndSeeds()
    {
        AkkaOptions options = Complete(
            new AkkaOptions(), null, ["akka.remote.dot-netty.tcp.port=1", "akka.cluster.roles=[coordinator]"]);
        Config config = NodeConfiguration.ConfigOf(Settings(options));

        Assert.Equal(7071, config.GetInt("akka.remote.dot-netty.tcp.port"));
        Assert.Equal(["worker"], config.GetStringList("akka.cluster.roles"));
    }

    [Theory]
    [InlineData("12", "12")]
    [InlineData("5 s", "5 s")]
    [InlineData("a:b,c", "a:b,c")]
    public void Variable_AnyText_IsTheSettingsText(string text, string expected)
    {
        AkkaOptions options = Complete(new AkkaOptions(), null, [], ("AKKA__TEST_ONLY__SOME_TEXT", text));
        Assert.Equal(expected, ConfigurationFactory.ParseString(options.Overrides).GetString("akka.test-only.some-text"));
    }

    [Fact]
    public void Flags_AreTakenBeforeTheEnvironment()
    {
        (string, string)[] environment =
            [("DISTTRAIN_ADVERTISE", "here"), ("DISTTRAIN_AKKA_PORT", "7171"), ("DISTTRAIN_COORDINATORS", "a:7070, b:7072")];
        AkkaOptions from = Complete(new AkkaOptions(), null, [], environment);
        Assert.Equal(("here", 7171), (from.AdvertisedHost, from.Port));
        Assert.Equal(["a:7070", "b:7072"], from.OtherCoordinators.ToArray());

        Assert.Equal("::1", Complete(new AkkaOptions(), null, [], ("DISTTRAIN_ADVERTISE", "[::1]")).AdvertisedHost);
        Assert.Equal("::1", Complete(new AkkaOptions { AdvertisedHost = "::1" }, null, []).AdvertisedHost);

        AkkaOptions over = Complete(
            new AkkaOptions { AdvertisedHost = "there", Port = 1, OtherCoordinators = ["c:1"] }, null, [], environment);
        Assert.Equal(("there", 1), (over.AdvertisedHost, over.Port));
        Assert.Equal(["c:1"], over.OtherCoordinators.ToArray());
    }

    [Theory]
    [InlineData("DISTTRAIN_AKKA_PORT", "x", "x is no port, expected 1 to 65535")]
    [InlineData("DISTTRAIN_ADVERTISE", "http://x", "DISTTRAIN_ADVERTISE: http://x is no host, expected a name or an address, without a port")]
    [InlineData("DISTTRAIN_ADVERTISE", "x:7071", "x:7071 is no host")]
    [InlineData("DISTTRAIN_ADVERTISE", "a b", "a b is no host")]
    [InlineData("DISTTRAIN_COORDINATORS", "somewhere", "somewhere is no coordinator's address, expected HOST:PORT")]
    [InlineData("DISTTRAIN_COORDINATORS", "http://a:1", "http://a:1 is no coordinator's address")]
    [InlineData("DISTTRAIN_COORDINATORS", "::1:7070", "::1:7070 is no coordinator's address")]
    [InlineData("DISTTRAIN_COORDINATORS", "a:7070,b:65535", "a coordinator on port 65535 has no port after it for Akka.Remote")]
    [InlineData("AKKA__", "1", "AKKA__ names no setting")]
    [InlineData("AKKA____X", "1", "AKKA____X names no setting")]
    [InlineData("DISTTRAIN_AKKA_CONFIG", "/nowhere/akka.conf", "the Akka configuration /nowhere/akka.conf cannot be read")]
    public void Environment_Wrong_IsToldInWords(string name, string text, string sentence)
    {
        var wrong = Assert.Throws<NodeSettingsException>(() => Complete(new AkkaOptions(), null, [], (name, text)));
        Assert.Contains(sentence, wrong.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[::1]:7070", "[::1]:7071")]
    [InlineData("my_host-2.example:7070", "my_host-2.example:7071")]
    [InlineData("10.0.0.1:65534", "10.0.0.1:65535")]
    public void Seed_OfACoordinator_IsThePortAfter(string coordinator, string seed) =>
        Assert.Equal(seed, AkkaOptions.SeedOf(coordinator));

    [Fact]
    public void File_ThatIsNoHocon_IsToldInWords()
    {
        string file = WriteFile("akka.loglevel = ${nothing.there}");
        var wrong = Assert.Throws<NodeSettingsException>(() => Complete(new AkkaOptions(), file, []));
        Assert.StartsWith($"{file} is no HOCON: ", wrong.Message, StringComparison.Ordinal);
    }

    private string WriteFile(string text)
    {
        string file = _folder["akka.conf"];
        File.WriteAllText(file, text);
        return file;
    }

    private static AkkaOptions Complete(
        AkkaOptions flags, string? file, string[] settings, params (string Name, string Text)[] environment)
    {
        var variables = new Hashtable();
        foreach ((string name, string text) in environment)
        {
            variables[name] = text;
        }

        return NodeEnvironment.Complete(flags, file, settings, variables);
    }

    private static NodeSettings Settings(AkkaOptions options) => new()
    {
        Role = Roles.Worker,
        ListenHost = "127.0.0.1",
        ListenPort = 7071,
        AdvertisedHost = "127.0.0.1",
        Overrides = options.Overrides,
    };
}
