using MessagePack;

namespace DistTrain.Protocol;

/// <summary>The fields of each message in their order on the wire. <see cref="MessageReading"/> is its mirror.</summary>
internal static class MessageWriting
{
    /// <summary>Reasons and names are cut off at so many characters: at most 3 bytes each, so within the reader's limit.</summary>
    private const int TextCharactersMax = MessageLimits.TextBytesMax / 4;

    public static void Write(ref MessagePackWriter writer, CoordinatorMessage message)
    {
        switch (message)
        {
            case CoordinatorMessage.Welcome welcome:
                Begin(ref writer, MessageKind.Welcome, 6);
                writer.Write(welcome.Worker.Value);
                writer.Write(welcome.Term.Value);
                writer.Write(welcome.RunJson);
                WriteText(ref writer, welcome.RunHash);
                WriteText(ref writer, welcome.DataHash);
                WriteText(ref writer, welcome.DataFile);
                break;
            case CoordinatorMessage.Refused refused:
                Begin(ref writer, MessageKind.Refused, 2);
                WriteText(ref writer, refused.Reason);
                writer.Write(refused.Final);
                break;
            case CoordinatorMessage.Weights weights:
                Begin(ref writer, MessageKind.Weights, 3);
                writer.Write(weights.Term.Value);
                writer.Write(weights.Version.Value);
                writer.Write(weights.Bucket);
                break;
            case CoordinatorMessage.Assign assign:
                Begin(ref writer, MessageKind.Assign, 3);
                writer.Write(assign.Term.Value);
                WriteRound(ref writer, assign.Round);
                writer.WriteArrayHeader(assign.Ranges.Length);
                foreach (ShardRange range in assign.Ranges)
                {
                    writer.WriteArrayHeader(2);
                    writer.Write(range.First);
                    writer.Write(range.Count);
                }

                break;
            case CoordinatorMessage.Cancel cancel:
                Begin(ref writer, MessageKind.Cancel, 2);
                writer.Write(cancel.Term.Value);
                writer.Write(cancel.Round.Value);
                break;
            case CoordinatorMessage.Heartbeat heartbeat:
                Begin(ref writer, MessageKind.CoordinatorHeartbeat, 2);
                writer.Write(heartbeat.Term.Value);
                writer.Write(heartbeat.Round.Value);
                break;
            case CoordinatorMessage.Stop stop:
                Begin(ref writer, MessageKind.Stop, 3);
                writer.Write(stop.Term.Value);
                WriteText(ref writer, stop.Reason);
                writer.Write(stop.Failed);
                break;
            default:
                throw new ArgumentException($"{message.GetType().Name} has no place on the wire", nameof(message));
        }
    }

    public static void Write(ref MessagePackWriter writer, WorkerMessage message)
    {
        switch (message)
        {
            case WorkerMessage.Hello hello:
                Begin(ref writer, MessageKind.Hello, 3);
                writer.Write(hello.ProtocolVersion);
                WriteText(ref writer, hello.Name);
                writer.Write(hello.Threads);
                break;
            case WorkerMessage.Ready ready:
                Begin(ref writer, MessageKind.Ready, 3);
                writer.Write(ready.Term.Value);
                WriteText(ref writer, ready.RunHash);
                WriteText(ref writer, ready.DataHash);
                break;
            case WorkerMessage.PartialSum sum:
                Begin(ref writer, MessageKind.PartialSum, 10);
                writer.Write(sum.Term.Value);
                writer.Write(sum.Round.Value);
                writer.Write(sum.Bucket);
                writer.Write(sum.Node.Level);
                writer.Write(sum.Node.Index);
                writer.Write(sum.ComputeMicroseconds);
                writer.Write(sum.Parts.Gather);
                writer.Write(sum.Parts.Forward);
                writer.Write(sum.Parts.Backward);
                writer.Write(sum.Parts.Add);
                break;
            case WorkerMessage.Heartbeat heartbeat:
                Begin(ref writer, MessageKind.WorkerHeartbeat, 3);
                writer.Write(heartbeat.Term.Value);
                writer.Write(heartbeat.Round.Value);
                writer.Write(heartbeat.ShardsLeft);
                break;
            case WorkerMessage.NotFinite found:
                Begin(ref writer, MessageKind.NotFinite, 5);
                writer.Write(found.Term.Value);
                writer.Write(found.Round.Value);
                writer.Write(found.Shard);
                WriteText(ref writer, found.Tensor);
                WriteText(ref writer, found.What);
                break;
            case WorkerMessage.Leaving leaving:
                Begin(ref writer, MessageKind.Leaving, 2);
                writer.Write(leaving.Term.Value);
                WriteText(ref writer, leaving.Reason);
                break;
            case WorkerMessage.Superseded superseded:
                Begin(ref writer, MessageKind.Superseded, 2);
                writer.Write(superseded.Term.Value);
                writer.Write(superseded.Newer.Value);
                break;
            case WorkerMessage.Unfit unfit:
                Begin(ref writer, MessageKind.Unfit, 1);
                WriteText(ref writer, unfit.Reason);
                break;
            default:
                throw new ArgumentException($"{message.GetType().Name} has no place on the wire", nameof(message));
        }
    }

    private static void Begin(ref MessagePackWriter writer, MessageKind kind, int fields)
    {
        writer.WriteArrayHeader(1 + fields);
        writer.Write((int)kind);
    }

    private static void WriteRound(ref MessagePackWriter writer, Round round)
    {
        writer.WriteArrayHeader(7);
        writer.Write(round.Number.Value);
        writer.Write((int)round.Kind);
        writer.Write(round.Version.Value);
        writer.Write(round.Epoch);
        writer.Write(round.FirstRow);
        writer.Write(round.Rows);
        writer.Write(round.ShardCount);
    }

    private static void WriteText(ref MessagePackWriter writer, string text) =>
        writer.Write(text.Length <= TextCharactersMax ? text : text[..TextCharactersMax]);
}
