using System.Net.Sockets;

namespace DistTrain.Runtime;

/// <summary>
/// How many bytes a plain TCP connection gathers before its reader is woken (SO_RCVLOWAT). A payload comes in pieces of some
/// 100 KB otherwise, and waking a thread for each costs more than copying it. For one reader.
/// </summary>
/// <remarks>
/// Never more than what the payload still lacks, or its end would wake nobody; the system itself wakes the reader where its
/// buffers cannot take so much. Linux only, and not under TLS, whose records are read by other code.
/// </remarks>
internal sealed class LowWater(Stream stream)
{
    private readonly Socket? _socket = OperatingSystem.IsLinux() ? (stream as NetworkStream)?.Socket : null;
    private int _bytes = 1;

    /// <param name="wanted">Bytes that are certain to come; 1: whatever comes.</param>
    public void Set(int wanted)
    {
        int bytes = Math.Min(wanted, BytesMax);
        if (_socket is null || bytes == _bytes)
        {
            return;
        }

        _socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReceiveLowWater, bytes);
        _bytes = bytes;
    }

    /// <summary>Larger gains nothing, and lets the two ends work less at the same time.</summary>
    internal const int BytesMax = 1 << 20;
}
