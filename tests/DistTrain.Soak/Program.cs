using DistTrain.Soak;

return SoakEntry.Run(args, Console.Out, Console.Error);
