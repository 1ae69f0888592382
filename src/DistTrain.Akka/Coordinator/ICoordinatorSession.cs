using DistTrain.Protocol;
using DistTrain.Runtime;

namespace DistTrain.Akka;

/// <summary>One life of the coordinator: everything around its core. Opened anew after a crash or a hand-over.</summary>
internal interface ICoordinatorSession : IAsyncDisposable
{
    /// <summary>Not owned by the actor that drives it.</summary>
    CoordinatorCore Core { get; }

    /// <summary>The port of the tensor listener.</summary>
    int TensorPort { get; }

    /// <summary>Lets the tensor listener and the session post inputs, from any thread.</summary>
    void Attach(IMailbox<CoordinatorInput> mailbox);

    /// <summary>Expects one tensor link that shows the ticket; its inputs carry the worker's identity.</summary>
    void Expect(LinkSession ticket, WorkerId worker);

    /// <summary>The ticket is not valid any more.</summary>
    void Forget(LinkSession ticket);

    /// <summary>Writes what a run leaves behind: last checkpoint, model, summary. The core is not called any more.</summary>
    Task<TrainingResult> FinishAsync(RunEnd end);
}
