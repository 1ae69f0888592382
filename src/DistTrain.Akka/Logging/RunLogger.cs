using Akka.Actor;
using Akka.Dispatch;
using Akka.Event;

namespace DistTrain.Akka;

/// <summary>Hands Akka's log events to the host's log, one line each.</summary>
internal sealed class RunLogger : ReceiveActor, IRequiresMessageQueue<ILoggerMessageQueueSemantics>
{
    public RunLogger()
    {
        var setup = Context.System.Settings.Setup.Get<RunLogSetup>();
        Action<LogLevel, string>? write = setup.HasValue ? setup.Value.Write : null;
        Receive<InitializeLogger>(_ => Sender.Tell(new LoggerInitialized()));
        Receive<LogEvent>(entry => write?.Invoke(entry.LogLevel(), Describe(entry)));
    }

    private static string Describe(LogEvent entry)
    {
        string text = $"{entry.Message}".Trim();
        int lineEnd = text.IndexOf('\n', StringComparison.Ordinal);
        string line = lineEnd < 0 ? text : text[..lineEnd].TrimEnd();
        return entry.Cause is { } cause ? $"{line} ({cause.GetType().Name}: {cause.Message})" : line;
    }
}
