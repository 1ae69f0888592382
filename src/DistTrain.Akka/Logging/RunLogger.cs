using Akka.Actor;
using Akka.Dispatch;
using Akka.Event;

namespace DistTrain.Akka;

/// <summary>
/// Hands Akka's log events to the host's log, one line each. Where it asks for more than warnings, whoever reads it looks
/// into Akka itself: then nodes that cannot be reached are told of in Akka's own words.
/// </summary>
internal sealed class RunLogger : ReceiveActor, IRequiresMessageQueue<ILoggerMessageQueueSemantics>
{
    public RunLogger()
    {
        var setup = Context.System.Settings.Setup.Get<RunLogSetup>();
        Action<LogLevel, string>? write = setup.HasValue ? setup.Value.Write : null;
        bool isForAkka = Logging.LogLevelFor(Context.System.Settings.LogLevel) < LogLevel.WarningLevel;
        Receive<InitializeLogger>(_ => Sender.Tell(new LoggerInitialized()));
        Receive<LogEvent>(entry =>
        {
            if (!IsClosedByPeer(entry) && Describe(entry) is { } told && (isForAkka ? told : ReachWords.Describe(told)) is { } line)
            {
                write?.Invoke(entry.LogLevel(), line);
            }
        });
    }

    /// <summary>A peer that closed its end, which every peer does: links and membership say what became of it, in words.</summary>
    private static bool IsClosedByPeer(LogEvent entry) =>
        entry.Cause?.GetType().FullName == DisassociatedName
        || $"{entry.Message}".Contains(DisassociatedName, StringComparison.Ordinal);

    private static string? Describe(LogEvent entry)
    {
        string line = FirstLine($"{entry.Message}");
        string? told = Refusals.Describe(line, entry.Cause);
        return told == line && entry.Cause is { } cause
            ? $"{line} ({cause.GetType().Name}: {FirstLine(cause.Message)})"
            : told;
    }

    private static string FirstLine(string text)
    {
        text = text.Trim();
        int lineEnd = text.IndexOf('\n', StringComparison.Ordinal);
        return lineEnd < 0 ? text : text[..lineEnd].TrimEnd();
    }

    /// <summary>Not a public type.</summary>
    private const string DisassociatedName = "Akka.Remote.EndpointDisassociatedException";
}
