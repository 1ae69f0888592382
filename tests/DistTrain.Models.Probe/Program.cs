using System.Globalization;
using DistTrain.Models.Probe;

// Hashes for comparison between instruction sets and numbers of threads (the first argument): a line for a short training
// run of each layer's model, and one for a few hundred random cases of each layer, loss and optimizer.
int threadCount = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 1;
foreach (string name in LayerCases.All.Keys.Order(StringComparer.Ordinal))
{
    Console.WriteLine($"{name}: {TrainingHash.Of(LayerCases.All[name]()):x16}");
}

foreach ((string name, Func<Random, ulong> run) in RandomCases.All)
{
    Console.WriteLine($"random {name}: {RandomCases.Hash(run, threadCount):x16}");
}
