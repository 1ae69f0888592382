using DistTrain.Cli;
using DistTrain.Runtime;

// Before anything else, while there are files enough for the sentence.
if (OpenFileLimit.Describe("disttrain", OpenFileLimit.OfANode) is { } shortage)
{
    await Console.Error.WriteLineAsync(shortage).ConfigureAwait(false);
    return ExitCodes.Failed;
}

return await Entry.RunAsync(args).ConfigureAwait(false);
