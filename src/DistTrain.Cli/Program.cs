using DistTrain.Cli;

return await Entry.RunAsync(args).ConfigureAwait(false);
