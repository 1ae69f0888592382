using DistTrain.Models.Probe;

// One line per case: its name and the hash of a short training run, for comparison between instruction sets.
foreach (string name in LayerCases.All.Keys.Order(StringComparer.Ordinal))
{
    Console.WriteLine($"{name}: {TrainingHash.Of(LayerCases.All[name]()):x16}");
}
