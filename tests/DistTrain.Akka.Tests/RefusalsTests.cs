using DotNetty.Handlers.Tls;

namespace DistTrain.Akka.Tests;

/// <summary>On the lines that Akka 1.5 wrote when a node without TLS came to one with it.</summary>
public sealed class RefusalsTests
{
    private const string Channel = "channel [[::ffff:172.25.0.2]:7071->[::ffff:172.25.0.5]:59718](Id=2c3aa9eb)";

    [Fact]
    public void Describe_TheLinesOfOneHandshake_AreOneSentence()
    {
        var cause = new NotSslRecordException("not an SSL/TLS record: 31000000122f0801122b0a20");
        string[] lines =
        [
            .. new[]
            {
                Refusals.Describe($"Error caught {Channel}", cause),
                Refusals.Describe($"TLS handshake failed on {Channel}", cause),
                Refusals.Describe(
                    "Rejected incoming connection from [[::ffff:172.25.0.5]:59718] due to TLS handshake failure. This is likely "
                    + "invalid or malicious traffic.",
                    null),
            }.OfType<string>().Distinct(),
        ];

        Assert.Equal(["172.25.0.5:59718 was refused: it speaks plain text, this cluster wants TLS"], lines);
    }

    [Fact]
    public void NewsOf_APeerThatComesAgain_IsTheSame()
    {
        Assert.Equal(
            Refusals.NewsOf("172.25.0.5:59718 was refused: it showed no certificate"),
            Refusals.NewsOf("172.25.0.5:40406 was refused: it showed no certificate"));
        Assert.NotEqual(
            Refusals.NewsOf("172.25.0.5:59718 was refused: it showed no certificate"),
            Refusals.NewsOf("172.25.0.6:59718 was refused: it showed no certificate"));
        Assert.Equal("a:7071 cannot be reached", Refusals.NewsOf("a:7071 cannot be reached"));
    }
}
