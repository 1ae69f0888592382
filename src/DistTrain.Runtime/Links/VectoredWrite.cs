using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace DistTrain.Runtime;

/// <summary>
/// Sends a frame's head and payload with one system call, from where each lies (sendmsg with two parts; writev would raise
/// SIGPIPE). Sockets of .NET gather managed arrays only, and payloads are native memory.
/// </summary>
/// <remarks>
/// Linux, and not under TLS, whose records are written by other code. It never waits and allocates nothing; what the socket
/// does not take at once is the caller's to send. For one writer, while no other write of the stream is under way.
/// </remarks>
internal sealed unsafe partial class VectoredWrite
{
    private readonly SafeSocketHandle _socket;

    private VectoredWrite(SafeSocketHandle socket) => _socket = socket;

    /// <returns>Null: this stream takes one part at a time.</returns>
    public static VectoredWrite? TryFor(Stream stream) =>
        OperatingSystem.IsLinux() && stream is NetworkStream plain ? new VectoredWrite(plain.Socket.SafeHandle) : null;

    /// <returns>Bytes of both, counted from the head's first, that the socket took; 0: it takes nothing now.</returns>
    /// <exception cref="IOException">The connection broke; in the words of <see cref="NetworkStream"/>.</exception>
    public int Send(ReadOnlySpan<byte> head, ReadOnlySpan<byte> payload)
    {
        fixed (byte* headStart = head, payloadStart = payload)
        {
            Part* parts = stackalloc Part[2];
            parts[0] = new Part { Start = headStart, Bytes = (nuint)head.Length };
            parts[1] = new Part { Start = payloadStart, Bytes = (nuint)payload.Length };
            var message = new Message { Parts = parts, PartCount = 2 };
            return Taken(SendMessage(_socket, &message, FlagDoNotWait | FlagNoSignal), Marshal.GetLastPInvokeError());
        }
    }

    /// <summary>What a call's answer means: a full buffer and a signal that came between are no failures.</summary>
    /// <param name="error">The call's error number; of no account where it took something.</param>
    /// <exception cref="IOException">The connection broke.</exception>
    internal static int Taken(nint answer, int error)
    {
        if (answer >= 0)
        {
            return (int)answer;
        }

        return error is ErrorTryAgain or ErrorInterrupted
            ? 0
            : throw new IOException(
                $"Unable to write data to the transport connection: {Marshal.GetPInvokeErrorMessage(error)}.");
    }

    [LibraryImport("libc", EntryPoint = "sendmsg", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint SendMessage(SafeSocketHandle socket, Message* message, int flags);

    /// <summary>struct iovec.</summary>
    private struct Part
    {
        public byte* Start;
        public nuint Bytes;
    }

    /// <summary>struct msghdr; all but the parts stays zero.</summary>
    private struct Message
    {
        public void* Name;
        public uint NameBytes;
        public Part* Parts;
        public nuint PartCount;
        public void* Control;
        public nuint ControlBytes;
        public int Flags;
    }

    /// <summary>MSG_DONTWAIT.</summary>
    private const int FlagDoNotWait = 0x40;

    /// <summary>MSG_NOSIGNAL: a broken connection is an error here, not a signal that ends the process.</summary>
    private const int FlagNoSignal = 0x4000;

    /// <summary>EINTR.</summary>
    private const int ErrorInterrupted = 4;

    /// <summary>EAGAIN.</summary>
    private const int ErrorTryAgain = 11;
}
