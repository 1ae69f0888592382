using Akka.Actor.Setup;
using Akka.Event;

namespace DistTrain.Akka;

/// <summary>Where the actor system's log goes: the host's log. Given with the system's setup, read by <see cref="RunLogger"/>.</summary>
/// <param name="write">Takes one line; called by one thread at a time.</param>
internal sealed class RunLogSetup(Action<LogLevel, string> write) : Setup
{
    public Action<LogLevel, string> Write => write;
}
