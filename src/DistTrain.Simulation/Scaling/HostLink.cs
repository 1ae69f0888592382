namespace DistTrain.Simulation;

/// <summary>
/// A host's link to the switch, full duplex. In each direction the connections take turns, a piece each, as fair flows
/// share a wire: a small message does not wait behind all the tensors of the others.
/// </summary>
internal sealed class HostLink(ScalingWorld world)
{
    private readonly Queue<ScalingLink> _turns = new();
    private readonly Queue<ScalingLink> _incomingTurns = new();
    private bool _isSending;
    private bool _isReceiving;
    private long _incomingFreeAt;

    /// <summary>Bytes that came in and went out.</summary>
    public long BytesIn { get; private set; }

    public long BytesOut { get; private set; }

    /// <summary>A connection has something to send.</summary>
    public void Offer(ScalingLink link)
    {
        if (!link.HasTurn)
        {
            link.HasTurn = true;
            _turns.Enqueue(link);
        }

        if (!_isSending)
        {
            SendNext();
        }
    }

    private void SendNext()
    {
        _isSending = _turns.TryDequeue(out ScalingLink? link);
        if (link is null)
        {
            return;
        }

        (long bytes, Action? arrived) = link.Take(world.PieceBytes);
        BytesOut += bytes;
        world.In(world.SerialisationNanoseconds(bytes), () =>
        {
            world.In(world.LatencyNanoseconds, () => link.To.Receive(link, bytes, arrived));
            link.HasTurn = !link.IsEmpty;
            if (link.HasTurn)
            {
                _turns.Enqueue(link);
            }

            SendNext();
        });
    }

    private void Receive(ScalingLink link, long bytes, Action? arrived)
    {
        BytesIn += bytes;
        link.Incoming.Enqueue((bytes, arrived));
        if (link.Incoming.Count == 1)
        {
            _incomingTurns.Enqueue(link);
        }

        if (!_isReceiving)
        {
            ReceiveNext();
        }
    }

    private void ReceiveNext()
    {
        _isReceiving = _incomingTurns.TryDequeue(out ScalingLink? link);
        if (link is null)
        {
            return;
        }

        // A piece that finds the wire free came in while it went out at the other end.
        (long bytes, Action? arrived) = link.Incoming.Dequeue();
        if (link.Incoming.Count > 0)
        {
            _incomingTurns.Enqueue(link);
        }

        long serialisation = world.SerialisationNanoseconds(bytes);
        long start = Math.Max(_incomingFreeAt, world.Now - serialisation);
        _incomingFreeAt = Math.Max(world.Now, start + serialisation);
        world.In(_incomingFreeAt - world.Now, () =>
        {
            arrived?.Invoke();
            ReceiveNext();
        });
    }
}
