using System.Net;
using DistTrain.Runtime.Security;

namespace DistTrain.Runtime.Tests.Security;

public class AdmissionTests
{
    [Theory]
    [InlineData("127.0.0.1", false, false, false, true)]
    [InlineData("::1", false, false, false, true)]
    [InlineData("0.0.0.0", false, false, false, false)]
    [InlineData("::", false, false, false, false)]
    [InlineData("192.168.1.5", false, false, false, false)]
    [InlineData("192.168.1.5", true, false, false, true)]
    [InlineData("0.0.0.0", false, true, false, true)]
    [InlineData("0.0.0.0", false, false, true, true)]
    public void Rule_ListeningAddress_NeedsTokenOrTlsOrTheWord(
        string address, bool token, bool tls, bool insecure, bool allowed)
    {
        Exception? refused = Record.Exception(
            () => AdmissionRule.Require(IPAddress.Parse(address), token, tls, insecure));
        Assert.Equal(allowed, refused is null);
        if (refused is not null)
        {
            Assert.IsType<CredentialException>(refused);
            Assert.Contains($"listening on {address} would let in anybody", refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Token_SameAndOtherBytes_MatchAndDoNot()
    {
        var token = new ClusterToken(" correct-horse \n");
        Assert.True(token.Matches("correct-horse"u8));
        Assert.False(token.Matches("correct-horsf"u8));
        Assert.False(token.Matches("correct-hors"u8));
        Assert.False(token.Matches(""u8));
        Assert.DoesNotContain("horse", $"{token}", StringComparison.Ordinal);
    }

    [Fact]
    public void Token_FileBeforeVariables_IsFound()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["named"], "token-of-the-flag\n");
        File.WriteAllText(folder["variable"], "token-of-the-file-variable\n");
        var environment = new Dictionary<string, string> { [ClusterToken.Variable] = "token-of-the-variable" };
        Assert.Equal("token-of-the-variable", Find(null));
        environment[ClusterToken.FileVariable] = folder["variable"];
        Assert.Equal("token-of-the-file-variable", Find(null));
        Assert.Equal("token-of-the-flag", Find(folder["named"]));
        environment.Clear();
        Assert.Null(Find(null));

        string? Find(string? file) => ClusterToken.Find(file, environment.GetValueOrDefault)?.Secret;
    }

    [Fact]
    public void Token_MissingFileOrTooShort_IsRefusedWithoutTheSecret()
    {
        var missing = Assert.Throws<CredentialException>(() => ClusterToken.Find("/nowhere/token", _ => null));
        Assert.Contains("/nowhere/token", missing.Message, StringComparison.Ordinal);
        var shortOne = Assert.Throws<CredentialException>(() => new ClusterToken("pw!"));
        Assert.Contains("3 characters", shortOne.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("pw!", shortOne.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Gate_MoreThanItsBound_PutsOutTheOneThatWaitedLongest()
    {
        var gate = new AdmissionGate();
        CancellationTokenSource[] waiting =
            [.. Enumerable.Range(0, AdmissionGate.WaitingMax).Select(_ => new CancellationTokenSource())];
        var places = waiting.Select(gate.Enter).ToList();
        gate.Leave(places[0]);
        gate.Enter(new CancellationTokenSource());
        Assert.DoesNotContain(waiting, source => source.IsCancellationRequested);

        gate.Enter(new CancellationTokenSource());

        Assert.Equal([waiting[1]], waiting.Where(source => source.IsCancellationRequested));
        Assert.Equal(AdmissionGate.WaitingMax, gate.Waiting);
        gate.Leave(places[1]);
        Assert.Equal(AdmissionGate.WaitingMax, gate.Waiting);
    }
}
