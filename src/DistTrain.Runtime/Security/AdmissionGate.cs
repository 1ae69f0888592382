namespace DistTrain.Runtime.Security;

/// <summary>
/// Bounds what strangers can cost: connections that are not admitted yet are counted, timed and limited in bytes. An
/// admitted connection has left the gate.
/// </summary>
/// <remarks>
/// Whoever belongs to the cluster is through in milliseconds; who says nothing waits its whole time. So where too many
/// wait, the one that has waited longest has to go: connections that are opened and left can not keep workers out.
/// </remarks>
public sealed class AdmissionGate
{
    private readonly Lock _lock = new();
    private readonly LinkedList<CancellationTokenSource> _waiting = [];

    /// <summary>Connections between accept and admission.</summary>
    public int Waiting
    {
        get
        {
            lock (_lock)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>A newcomer waits; beyond <see cref="WaitingMax"/> the one that has waited longest is put out.</summary>
    /// <param name="putOut">Cancelled when the newcomer is put out in its turn.</param>
    /// <returns>For <see cref="Leave"/>.</returns>
    public LinkedListNode<CancellationTokenSource> Enter(CancellationTokenSource putOut)
    {
        lock (_lock)
        {
            if (_waiting.Count >= WaitingMax)
            {
                // Under the lock it has not left yet, so its source is not disposed.
                _ = _waiting.First!.Value.CancelAsync();
                _waiting.RemoveFirst();
            }

            return _waiting.AddLast(putOut);
        }
    }

    /// <summary>Admitted, refused, put out or gone. Before the source is disposed.</summary>
    public void Leave(LinkedListNode<CancellationTokenSource> place)
    {
        lock (_lock)
        {
            if (place.List is not null)
            {
                _waiting.Remove(place);
            }
        }
    }

    /// <summary>A thousand workers that join in one second are let in one after the other; each takes milliseconds.</summary>
    public const int WaitingMax = 64;

    /// <summary>The first frame: token and hello.</summary>
    public const int FirstFrameBytesMax = 4096;

    /// <summary>From accept to admission.</summary>
    public static readonly TimeSpan TimeMax = TimeSpan.FromSeconds(10);
}
