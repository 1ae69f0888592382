using DistTrain.Runtime;

namespace DistTrain.Akka;

/// <summary>
/// How a worker actor and the coordinator actor come together before the protocol begins. Control messages go between the
/// two actors; weights, sums and data over a tensor link of its own, which the ticket ties to the worker actor.
/// </summary>
public abstract record LinkMessage
{
    private LinkMessage()
    {
    }

    /// <summary>Worker, through the singleton's proxy: where is the tensor link?</summary>
    /// <param name="Attempt">Counts the worker's attempts; the answer repeats it, so that a late one is known as such.</param>
    public sealed record Ask(int Attempt) : LinkMessage;

    /// <summary>The coordinator's answer, from its own reference.</summary>
    /// <param name="Port">Of the tensor listener; the host is the one of the coordinator's node.</param>
    /// <param name="Ticket">The session that the link's handshake must name; for one link.</param>
    public sealed record Offer(int Attempt, int Port, LinkSession Ticket) : LinkMessage;

    /// <summary>The link stands: the worker has an identity, and the protocol begins with its Hello.</summary>
    public sealed record Opened(int Attempt) : LinkMessage;

    /// <summary>Answer to a question that came after the run's end: there is nothing left to do.</summary>
    public sealed record RunIsOver(int Attempt, string Reason, bool Failed) : LinkMessage;

    /// <summary>Either side: this connection is over.</summary>
    public sealed record Closed(int Attempt, string Reason) : LinkMessage;
}
