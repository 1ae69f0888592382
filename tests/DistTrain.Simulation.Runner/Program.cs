using DistTrain.Simulation.Runner;

return RunnerEntry.Run(args, Console.Out, Console.Error);
