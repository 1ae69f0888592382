namespace DistTrain.Runtime.Security;

/// <summary>
/// Bounds what strangers can cost: connections that are not admitted yet are counted, timed and limited in bytes. An
/// admitted connection has left the gate.
/// </summary>
public sealed class AdmissionGate
{
    private int _waiting;

    /// <summary>Connections between accept and admission.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <returns>False: too many wait already; close the newcomer at once.</returns>
    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _waiting) <= WaitingMax)
        {
            return true;
        }

        Interlocked.Decrement(ref _waiting);
        return false;
    }

    /// <summary>Admitted, refused or gone. Once for each successful <see cref="TryEnter"/>.</summary>
    public void Leave() => Interlocked.Decrement(ref _waiting);

    /// <summary>A thousand workers that join in one second are let in one after the other; each takes milliseconds.</summary>
    public const int WaitingMax = 64;

    /// <summary>The first frame: token and hello.</summary>
    public const int FirstFrameBytesMax = 4096;

    /// <summary>From accept to admission.</summary>
    public static readonly TimeSpan TimeMax = TimeSpan.FromSeconds(10);
}
