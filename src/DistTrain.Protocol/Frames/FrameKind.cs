namespace DistTrain.Protocol;

/// <summary>What a frame's message is, so that a reader knows how to read it and how large it may be.</summary>
public enum FrameKind
{
    /// <summary>The link's own words before and during admission: token, role, identity. Small.</summary>
    Handshake = 1,

    /// <summary>A <see cref="CoordinatorMessage"/> or <see cref="WorkerMessage"/>; no payload.</summary>
    Control = 2,

    /// <summary>A <see cref="CoordinatorMessage.Weights"/> or <see cref="WorkerMessage.PartialSum"/>; the payload is float32, little-endian.</summary>
    Tensor = 3,

    /// <summary>A piece of the prepared data or another file; the shell's own message before it.</summary>
    Data = 4,

    /// <summary>A question about the cluster's state, or its answer.</summary>
    Status = 5,

    /// <summary>No message; the payload names memory of the coordinator's, to find out whether the worker can share it.</summary>
    ShareOffer = 6,

    /// <summary>No message; the payload is one byte: 1, the worker found the memory, or 0.</summary>
    ShareAnswer = 7,

    /// <summary>As <see cref="Tensor"/>, but the payload names the place in shared memory where the floats lie.</summary>
    SharedTensor = 8,

    /// <summary>
    /// Neither message nor payload: control messages and shared tensors come through the shared memory that was offered, from
    /// now on.
    /// </summary>
    PipeBegin = 9,
}
