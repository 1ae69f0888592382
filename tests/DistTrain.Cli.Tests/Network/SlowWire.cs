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
/// <remarks>
/// A packet in the air is bytes, a number and the time it was taken in a queue, one queue and two threads for each direction.
/// What it did to the packets is counted at the far end, by clock and gaps between numbers, not where it is decided.
/// </remarks>
internal sealed class SlowWire : IDisposable
{
    private readonly SafeFileHandle _left;
    private readonly SafeFileHandle _right;
    private readonly TimeSpan _delay;
    private readonly double _lossShare;
    private readonly List<Thread> _threads = [];
    private readonly ManualResetEventSlim _over = new();
    private readonly Lock _trafficLock = new();
    private WireTraffic _traffic = new(0, 0, TimeSpan.MaxValue);

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

    /// <summary>So far, in both directions.</summary>
    public WireTraffic Traffic
    {
        get
        {
            lock (_trafficLock)
            {
                return _traffic;
            }
        }
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
        var air = new BlockingCollection<(long Number, long TakenAt, byte[] Packet)>();
        foreach (ThreadStart part in new ThreadStart[] { () => Take(from, air, luck), () => Give(to, air) })
        {
            var thread = new Thread(part) { IsBackground = true };
            _threads.Add(thread);
            thread.Start();
        }
    }

    private void Take(SafeFileHandle from, BlockingCollection<(long Number, long TakenAt, byte[] Packet)> air, Random luck)
    {
        byte[] buffer = new byte[PacketBytesMax];
        var poll = new PollEntry { Handle = (int)from.DangerousGetHandle(), Events = PollIn };
        long number = 0;
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

            number++;
            if (luck.NextDouble() >= _lossShare)
            {
                air.Add((number, Stopwatch.GetTimestamp(), buffer[..(int)count]));
            }
        }

        air.CompleteAdding();
    }

    private void Give(SafeFileHandle to, BlockingCollection<(long Number, long TakenAt, byte[] Packet)> air)
    {
        long numberBefore = 0;
        foreach ((long number, long takenAt, byte[] packet) in air.GetConsumingEnumerable())
        {
            // A wait ends some milliseconds early now and then: the runtime's clock for it is coarse.
            for (TimeSpan early; (early = _delay - Stopwatch.GetElapsedTime(takenAt)) > TimeSpan.Zero;)
            {
                if (_over.Wait((int)Math.Ceiling(early.TotalMilliseconds)))
                {
                    // Nobody waits for what is in the air when the test is over.
                    return;
                }
            }

            // A link that is down takes nothing: the packet is lost, as on a real one.
            if (NativeWrite(to, packet, packet.Length) == packet.Length)
            {
                Count(number - numberBefore - 1, Stopwatch.GetElapsedTime(takenAt));
                numberBefore = number;
            }
        }
    }

    private void Count(long lost, TimeSpan delay)
    {
        lock (_trafficLock)
        {
            _traffic = new WireTraffic(
                _traffic.Given + 1, _traffic.Lost + lost, delay < _traffic.DelayMin ? delay : _traffic.DelayMin);
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

/// <summary>What became of the packets of a <see cref="SlowWire"/>.</summary>
/// <param name="Given">Packets that came out of it.</param>
/// <param name="Lost">Packets that went into it before one that came out, and did not.</param>
/// <param name="DelayMin">The shortest time that one was in it.</param>
internal readonly record struct WireTraffic(long Given, long Lost, TimeSpan DelayMin);
