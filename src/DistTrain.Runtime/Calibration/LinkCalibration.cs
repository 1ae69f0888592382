using System.Diagnostics;
using System.Net;
using System.Threading.Channels;
using DistTrain.Numerics;
using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>What <see cref="LinkCalibration"/> finds, in seconds.</summary>
/// <param name="ByteSeconds">For one byte of one stream.</param>
/// <param name="ByteWork">Of all cores together for one byte.</param>
/// <param name="SendSeconds">Of whoever sends a message.</param>
/// <param name="HopSeconds">From then until a receiver that slept has it.</param>
internal readonly record struct LinkFigures(double ByteSeconds, double ByteWork, double SendSeconds, double HopSeconds);

/// <summary>
/// Times the links that processes of this machine would use, end to end: from one mailbox through codec, checksum, socket and
/// threads into another, with the run's own buckets.
/// </summary>
internal sealed class LinkCalibration : IAsyncDisposable
{
    private readonly LoadedRun _run;
    private readonly IConnector _connector;
    private readonly Box<CoordinatorInput> _above;
    private readonly Box<WorkerInput> _below;
    private readonly LinkAcceptor _acceptor;
    private readonly WorkerHub _hub;
    private readonly WeightBufferPool _weights;
    private readonly SumBufferPool _sums;
    private ICoordinatorPort _up = null!;
    private IWorkerPort _down = null!;
    private long _version;
    private double _bytes;
    private int _frames;

    private LinkCalibration(LoadedRun run, Func<LinkDialer, IConnector> join, TimeSpan patience)
    {
        _run = run;
        _above = new Box<CoordinatorInput>(Fail, patience);
        _below = new Box<WorkerInput>(Fail, patience);
        string token = ChildProcesses.NewToken();
        _weights = new WeightBufferPool(run.Buckets.ParameterCount, isShared: true);
        _sums = new SumBufferPool(run.Buckets.SumLength);
        _hub = new WorkerHub(_above, () => new WorkerId(1), run, dataFile: null);
        _acceptor = new LinkAcceptor(new IPEndPoint(IPAddress.Loopback, 0), token, tls: null);
        _acceptor.Start(_hub.Take, static _ => { });
        _connector = join(new LinkDialer(
            _acceptor.Address.Address.ToString(), _acceptor.Address.Port, token, tls: null));
    }

    /// <exception cref="IOException">The links could not be measured; says why, and what to do.</exception>
    public static Task<LinkFigures> MeasureAsync(LoadedRun run) =>
        MeasureAsync(run, static dialer => new TcpConnector(dialer), PatienceMax);

    /// <param name="join">Makes the worker's end.</param>
    /// <param name="patience">For one message; above 0.</param>
    /// <exception cref="IOException">As above.</exception>
    internal static async Task<LinkFigures> MeasureAsync(
        LoadedRun run, Func<LinkDialer, IConnector> join, TimeSpan patience)
    {
        var link = new LinkCalibration(run, join, patience);
        await using (link.ConfigureAwait(false))
        {
            await link.ConnectAsync().ConfigureAwait(false);
            (double send, double hop) = await link.WakeAsync().ConfigureAwait(false);
            double message = await MedianAsync(link.SendMessagesAsync).ConfigureAwait(false);
            TimeSpan workBefore = Environment.CpuUsage.TotalTime;
            (link._bytes, link._frames) = (0, 0);
            double down = await MedianAsync(link.SendWeightsAsync).ConfigureAwait(false);
            double up = await MedianAsync(link.SendSumsAsync).ConfigureAwait(false);
            double bytes = run.Buckets.SumLength * (double)sizeof(float);
            double perByte = (((down + up) / 2) - message) / bytes;
            double work = (Environment.CpuUsage.TotalTime - workBefore).TotalSeconds - (2 * link._frames * send);
            return new LinkFigures(Math.Max(perByte, 0), Math.Max(work / link._bytes, 0), send, hop);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _up?.Close("measured");
        _down?.Close("measured");
        await _acceptor.DisposeAsync().ConfigureAwait(false);
        await _hub.DisposeAsync().ConfigureAwait(false);
        _sums.Dispose();
        _weights.Dispose();
    }

    private async Task ConnectAsync()
    {
        try
        {
            _up = await _connector.ConnectAsync(_below, default).ConfigureAwait(false);
        }
        catch (LinkException failure)
        {
            throw Unmeasured(failure.Message);
        }

        _up.Start();
        _up.ExpectWeights(_run.Buckets);
        while (_down is null)
        {
            if (await _above.TakeAsync().ConfigureAwait(false) is CoordinatorInput.Connected connected)
            {
                _down = connected.Port;
            }
        }
    }

    /// <summary>Whichever end hears of it: nothing more is waited for at either.</summary>
    private void Fail(string why)
    {
        IOException failure = Unmeasured(why);
        _above.End(failure);
        _below.End(failure);
    }

    private static IOException Unmeasured(string why) =>
        new($"this machine's own links could not be measured: {why}; run it again, or when less else runs");

    /// <summary>There and back, as often as is worth a measurement.</summary>
    private async Task<double> SendMessagesAsync()
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < Messages; i++)
        {
            _up.Send(new WorkerMessage.Heartbeat(new Term(1), new RoundNumber(1), 0));
            await _above.TakeAsync().ConfigureAwait(false);
            _down.Send(new CoordinatorMessage.Heartbeat(new Term(1), new RoundNumber(1)));
            await _below.TakeAsync().ConfigureAwait(false);
        }

        return Stopwatch.GetElapsedTime(start).TotalSeconds / (2 * Messages);
    }

    /// <summary>
    /// A few messages in a row to a receiver that has slept, from a sender that has, as between the parts of a step.
    /// </summary>
    /// <returns>Seconds of a call that sends, and from the first call's end until the receiver has the first message.</returns>
    private async Task<(double Send, double Hop)> WakeAsync()
    {
        double[] sends = new double[Wakes];
        double[] hops = new double[Wakes];
        for (int i = 0; i < Wakes; i++)
        {
            await Task.Delay(SleepBetween).ConfigureAwait(false);
            Task<long> taken = TakeRowAsync();
            long start = Stopwatch.GetTimestamp();
            long sent = 0;
            for (int message = 0; message < Row; message++)
            {
                _down.Send(new CoordinatorMessage.Heartbeat(new Term(1), new RoundNumber(1)));
                sent = sent == 0 ? Stopwatch.GetTimestamp() : sent;
            }

            sends[i] = Stopwatch.GetElapsedTime(start).TotalSeconds / Row;
            hops[i] = Stopwatch.GetElapsedTime(sent, await taken.ConfigureAwait(false)).TotalSeconds;
        }

        Array.Sort(sends);
        Array.Sort(hops);
        return (sends[Wakes / 2], hops[Wakes / 2]);
    }

    private async Task<long> TakeRowAsync()
    {
        await _below.TakeAsync().ConfigureAwait(false);
        long first = Stopwatch.GetTimestamp();
        for (int message = 1; message < Row; message++)
        {
            await _below.TakeAsync().ConfigureAwait(false);
        }

        return first;
    }

    private async Task<double> SendWeightsAsync()
    {
        WeightBuffer weights = _weights.Rent(new WeightVersion(++_version));
        long start = Stopwatch.GetTimestamp();
        for (int bucket = 0; bucket < _run.Buckets.Count; bucket++)
        {
            _down.SendWeights(
                new CoordinatorMessage.Weights(new Term(1), weights.Version, bucket), weights,
                _run.Buckets.WeightStart(bucket), _run.Buckets.WeightLength(bucket));
        }

        for (int bucket = 0; bucket < _run.Buckets.Count; bucket++)
        {
            WorkerCore.Discard(await _below.TakeAsync().ConfigureAwait(false));
        }

        weights.Release();
        _frames += _run.Buckets.Count;
        _bytes += weights.Length * (double)sizeof(float);
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private async Task<double> SendSumsAsync()
    {
        SumBuffer sums = _up.TryRentSums() ?? _sums.Rent();
        sums.Span.Clear();
        long start = Stopwatch.GetTimestamp();
        for (int bucket = 0; bucket < _run.Buckets.Count; bucket++)
        {
            _up.SendPartial(
                new WorkerMessage.PartialSum(new Term(1), new RoundNumber(1), bucket, TreeNode.Leaf(0), 1),
                _run.Buckets.View(sums, bucket));
        }

        for (int bucket = 0; bucket < _run.Buckets.Count; bucket++)
        {
            CoordinatorCore.Discard(await _above.TakeAsync().ConfigureAwait(false));
        }

        sums.Release();
        _frames += _run.Buckets.Count;
        _bytes += sums.Length * (double)sizeof(float);
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static async Task<double> MedianAsync(Func<Task<double>> measureOnce)
    {
        await measureOnce().ConfigureAwait(false);
        var seconds = new List<double>();
        long start = Stopwatch.GetTimestamp();
        while (seconds.Count < TimesMin || Stopwatch.GetElapsedTime(start).TotalSeconds < SecondsPerFigure)
        {
            seconds.Add(await measureOnce().ConfigureAwait(false));
        }

        seconds.Sort();
        return seconds[seconds.Count / 2];
    }

    /// <summary>A mailbox whose owner looks into it when it likes.</summary>
    /// <param name="fail">Told why the link is over.</param>
    private sealed class Box<TMessage>(Action<string> fail, TimeSpan patience) : IMailbox<TMessage>
        where TMessage : class
    {
        private readonly Channel<TMessage> _messages = Channel.CreateUnbounded<TMessage>();

        public bool TryPost(TMessage message)
        {
            string? why = message switch
            {
                WorkerInput.Disconnected end => end.Reason,
                CoordinatorInput.Disconnected end => end.Reason,
                CoordinatorInput.Violated end => end.What,
                _ => null,
            };
            if (why is null)
            {
                return _messages.Writer.TryWrite(message);
            }

            fail(why);
            return true;
        }

        public ValueTask<bool> PostAsync(TMessage message, CancellationToken cancellation) => new(TryPost(message));

        /// <summary>Once all that came before is taken, the next wait fails.</summary>
        public void End(IOException failure) => _messages.Writer.TryComplete(failure);

        /// <exception cref="IOException">The link broke, or nothing came for long.</exception>
        public async Task<TMessage> TakeAsync()
        {
            using var limit = new CancellationTokenSource(patience);
            try
            {
                return await _messages.Reader.ReadAsync(limit.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                throw Unmeasured($"nothing came for {patience.TotalSeconds} s");
            }
            catch (ChannelClosedException ended) when (ended.InnerException is IOException failure)
            {
                throw failure;
            }
        }
    }

    private const int Messages = 32;
    private const int Wakes = 48;

    /// <summary>Weights and assignments for two workers.</summary>
    private const int Row = 4;
    private static readonly TimeSpan SleepBetween = TimeSpan.FromMilliseconds(3);
    private const int TimesMin = 5;
    private const double SecondsPerFigure = 0.15;
    private static readonly TimeSpan PatienceMax = TimeSpan.FromSeconds(20);
}
