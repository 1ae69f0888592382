namespace DistTrain.Cli;

/// <summary>What the command tells the shell that called it.</summary>
internal static class ExitCodes
{
    public const int Done = 0;

    /// <summary>The run was right but failed.</summary>
    public const int Failed = 1;

    /// <summary>Wrong flags, run file, data or model.</summary>
    public const int BadInput = 2;

    /// <summary>Ended by SIGHUP, as its terminal was closed: 128 + SIGHUP.</summary>
    public const int HungUp = 129;

    /// <summary>Ended by Ctrl-C: 128 + SIGINT, as shells have it.</summary>
    public const int Interrupted = 130;

    /// <summary>Ended by SIGTERM: 128 + SIGTERM.</summary>
    public const int Terminated = 143;
}
