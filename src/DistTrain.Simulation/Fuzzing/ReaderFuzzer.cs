using DistTrain.Protocol;

namespace DistTrain.Simulation;

/// <summary>
/// Feeds spoiled and random bytes to the readers of frames and messages: they may only answer with a value or with a
/// <see cref="WireFormatException"/>, and never allocate more than the input and their limits explain.
/// </summary>
public static class ReaderFuzzer
{
    private const int InputsPerSource = 1000;

    /// <summary>Bytes that reading one input may allocate: the exception, its text, the message; and what grows with the input.</summary>
    private const long AllocationBase = 64 * 1024;
    private const long AllocationPerByte = 64;

    private static readonly FrameLimits Limits = new(16 * 1024, 16 * 1024);

    /// <summary>Reads so many inputs on all processors.</summary>
    /// <returns>The first fault with the input in hex; null if there is none.</returns>
    public static string? Run(ulong seed, long inputs, int threads)
    {
        string? fault = null;
        long sources = (inputs + InputsPerSource - 1) / InputsPerSource;
        ParallelOptions options = new() { MaxDegreeOfParallelism = threads };
        Parallel.For(0, sources, options, (block, loop) =>
        {
            SeededSource source = new(seed, (uint)block);
            ByteMutator mutator = new(source);
            for (int i = 0; i < InputsPerSource && !loop.IsStopped; i++)
            {
                if (Try(source, mutator) is string found)
                {
                    Interlocked.CompareExchange(ref fault, $"seed {seed}, block {block}, input {i}: {found}", null);
                    loop.Stop();
                }
            }
        });
        return fault;
    }

    private static string? Try(SeededSource source, ByteMutator mutator)
    {
        bool isWorkers = source.Chance(0.5);
        IReadOnlyList<byte[]> corpus = isWorkers ? FuzzCorpus.WorkerMessages : FuzzCorpus.CoordinatorMessages;
        byte[] original = source.Pick(corpus);
        int kind = source.Below(10);
        byte[] input = kind switch
        {
            0 => mutator.Random(),
            < 6 => mutator.Spoil(original, corpus),
            < 8 => Frame(mutator.Spoil(original, corpus), mutator.Random()),
            _ => mutator.Spoil(Frame(original, mutator.Random()), corpus),
        };
        return Read(input, isFrame: kind >= 6, isWorkers);
    }

    private static string? Read(byte[] input, bool isFrame, bool isWorkers)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        string? fault = null;
        try
        {
            if (isFrame)
            {
                ReadFrames(input, isWorkers);
            }
            else
            {
                fault = ReadMessage(input, isWorkers);
            }
        }
        catch (WireFormatException)
        {
            // The one answer to bytes that are not the protocol's.
        }
        catch (Exception crash) when (crash is not OutOfMemoryException)
        {
            fault = $"{crash.GetType().Name}: {crash.Message}";
        }

        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        if (fault is null && allocated > AllocationBase + (AllocationPerByte * input.Length))
        {
            fault = $"{input.Length} bytes made the reader allocate {allocated}";
        }

        return fault is null ? null : $"{fault}; input {Convert.ToHexString(input)}";
    }

    /// <summary>What was read is written in one way only, so reading that again must give the same bytes.</summary>
    private static string? ReadMessage(ReadOnlyMemory<byte> bytes, bool isWorkers)
    {
        byte[] first = isWorkers
            ? FuzzCorpus.Bytes(MessageCodec.ReadWorkerMessage(bytes))
            : FuzzCorpus.Bytes(MessageCodec.ReadCoordinatorMessage(bytes));
        byte[] second = isWorkers
            ? FuzzCorpus.Bytes(MessageCodec.ReadWorkerMessage(first))
            : FuzzCorpus.Bytes(MessageCodec.ReadCoordinatorMessage(first));
        return first.AsSpan().SequenceEqual(second) ? null : "a message changed by being written and read again";
    }

    private static void ReadFrames(byte[] stream, bool isWorkers)
    {
        FrameReader reader = new(Limits);
        for (int at = 0; at < stream.Length;)
        {
            int count = Math.Min(reader.Space.Length, stream.Length - at);
            stream.AsSpan(at, count).CopyTo(reader.Space.Span);
            at += count;
            FrameProgress progress = reader.Advance(count);
            if (progress != FrameProgress.Incomplete)
            {
                ReadMessage(reader.Message, isWorkers);
            }

            if (progress == FrameProgress.MessageReady)
            {
                reader.ReceivePayload(new byte[reader.Header.PayloadBytes]);
            }
        }
    }

    private static byte[] Frame(byte[] message, byte[] payload)
    {
        byte[] frame = new byte[FrameHeader.Bytes + message.Length + payload.Length];
        FrameHeader.For(FrameKind.Tensor, message, payload).Write(frame);
        message.CopyTo(frame, FrameHeader.Bytes);
        payload.CopyTo(frame, FrameHeader.Bytes + message.Length);
        return frame;
    }
}
