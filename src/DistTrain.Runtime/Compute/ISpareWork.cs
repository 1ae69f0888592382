namespace DistTrain.Runtime;

/// <summary>Work of somebody else in this process that a thread takes part in while it waits for its own.</summary>
public interface ISpareWork
{
    /// <summary>From now on the thread asks with <see cref="TryHelp"/> again and again: nobody need be woken in its place.</summary>
    void Join();

    /// <returns>Whether there was anything to do; then it is done.</returns>
    bool TryHelp();

    /// <summary>The thread asks no more.</summary>
    void Leave();
}
