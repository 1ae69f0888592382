using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace DistTrain.Cli.Tests.Network;

/// <summary>
/// A link between two network interfaces (TAP) that delays every packet and loses some at random, which ones being drawn
/// from a seed. It does what the kernel's netem does, on kernels that are built without it too.
/// </summary>
/// <remarks>A packet in the air is bytes and a due time in a queue, one queue and two threads for each direction.</remarks>
internal sealed class SlowWire : IDisposable
{
    private readonly SafeFileHandle _left;
    private readonly SafeFileHandle _right;
    private readonly TimeSpan _delay;
    private readonly double _lossShare;
    private readonly List<Thread> _threads = [];
    private readonly ManualResetEventSlim _over = new();

    /// <param name="left">Name of the first interface to make; at most 15 characters, like the second.</param>
    /// <param name="lossShare">Share of the packets that are lost, 0 to 1.</param>
    public SlowWire(string left, string right, TimeSpan delay, double lossShare, int seed)
    {
        _delay = delay;
        _lossShare = lossShare;
        _left = Open(left);
        _right = Open(right);
        Start(_left, _right, new Random(seed));
        Start(_right, _left, new Random(~seed));
    }

    /// <summary>The interfaces go with their handles.</summary>
    public void Dispose()
    {
        _over.Set();
        _threads.ForEach(thread => thread.Join());
        _left.Dispose();
        _right.Dispose();
        _over.Dispose();
    }

    private void Start(SafeFileHandle from, SafeFileHandle to, Random luck)
    {
        var air = new BlockingCollection<(long Due, byte[] Packet)>();
        foreach (ThreadStart part in new ThreadStart[] { () => Take(from, air, luck), () => Give(to, air) })
        {
            var thread = new Thread(part) { IsBackground = true };
            _threads.Add(thread);
            thread.Start();
        }
    }

    private void Take(SafeFileHandle from, BlockingCollection<(long Due, byte[] Packet)> air, Random luck)
    {
        byte[] buffer = new byte[PacketBytesMax];
        long delay = (long)(_delay.TotalSeconds * Stopwatch.Frequency);
        var poll = new PollEntry { Handle = (int)from.DangerousGetHandle(), Events = PollIn };
        while (!_over.IsSet)
        {
            if (NativePoll(ref poll, 1, PollTimeMs) <= 0)
            {
                continue;
            }

            nint count = NativeRead(from, buffer, buffer.Length);
            if (count <= 0)
            {
                // Down while the test sets it up, or gone with its namespace.
                Thread.Yield();
                continue;
            }

            if (luck.NextDouble() >= _lossShare)
            {
                air.Add((Stopwatch.GetTimestamp() + delay, buffer[..(int)count]));
            }
        }

        air.CompleteAdding();
    }

    private void Give(SafeFileHandle to, BlockingCollection<(long Due, byte[] Packet)> air)
    {
        foreach ((long due, byte[] packet) in air.GetConsumingEnumerable())
        {
            TimeSpan early = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due);
            if (early > TimeSpan.Zero)
            {
                _over.Wait(early);
            }

            // A link that is down takes nothing: the packet is lost, as on a real one.
            _ = NativeWrite(to, packet, packet.Length);
        }
    }

    private static SafeFileHandle Open(string name)
    {
        SafeFileHandle handle = NativeOpen("/dev/net/tun", ReadWrite | NonBlocking);
        byte[] request = new byte[RequestBytes];
        Encoding.ASCII.GetBytes(name).CopyTo(request, 0);
        BitConverter.TryWriteBytes(request.AsSpan(NameBytes), TapWithoutHeader);
        if (handle.IsInvalid || NativeControl(handle, SetInterface, request) < 0)
        {
            throw new InvalidOperationException(
                $"no interface {name} on /dev/net/tun: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        return handle;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct PollEntry
    {
        public int Handle;
        public short Events;
        public short Returned;
    }

#pragma warning disable SYSLIB1054, CA2101 // Five calls of the C library; generated marshalling gains nothing here.
    [DllImport("libc", EntryPoint = "open", SetLastError = true, CharSet = CharSet.Ansi)]
    private static extern SafeFileHandle NativeOpen(string path, int flags);

    [DllImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static extern int NativeControl(SafeFileHandle handle, nuint request, byte[] argument);

    [DllImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static extern int NativePoll(ref PollEntry entry, nuint count, int timeoutMs);

    [DllImport("libc", EntryPoint = "read", SetLastError = true)]
    private static extern nint NativeRead(SafeFileHandle handle, byte[] buffer, nint count);

    [DllImport("libc", EntryPoint = "write", SetLastError = true)]
    private static extern nint NativeWrite(SafeFileHandle handle, byte[] buffer, nint count);
#pragma warning restore SYSLIB1054, CA2101

    /// <summary>linux/if_tun.h and fcntl.h, which are the same on x64 and arm64.</summary>
    private const nuint SetInterface = 0x400454CA;
    private const short TapWithoutHeader = 0x1002;
    private const int ReadWrite = 2;
    private const int NonBlocking = 0x800;
    private const short PollIn = 1;
    private const int NameBytes = 16;
    private const int RequestBytes = 40;
    private const int PacketBytesMax = 65_536;
    private const int PollTimeMs = 100;
}
