using System.Net;

namespace DistTrain.Runtime.Security;

/// <summary>Where a node may listen: on loopback always, elsewhere only where it can tell friend from stranger.</summary>
public static class AdmissionRule
{
    /// <param name="hasToken">Peers must know the cluster's token.</param>
    /// <param name="hasTls">Peers must show a certificate of the cluster's authority.</param>
    /// <param name="insecure">The user said so in words (--insecure).</param>
    /// <exception cref="CredentialException">Anybody who reaches the port could take part.</exception>
    public static void Require(IPAddress listen, bool hasToken, bool hasTls, bool insecure)
    {
        if (IPAddress.IsLoopback(listen) || hasToken || hasTls || insecure)
        {
            return;
        }

        throw new CredentialException(
            $"listening on {listen} would let in anybody who reaches the port; give a token "
            + $"({ClusterToken.Variable} or --token-file), TLS (--tls-certificate, --tls-key, --tls-authority), "
            + "or --insecure if the network is closed to others");
    }
}
