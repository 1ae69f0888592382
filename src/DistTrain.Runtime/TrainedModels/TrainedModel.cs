using System.Text.Json;
using DistTrain.Data;
using DistTrain.Models;
using DistTrain.Numerics;

namespace DistTrain.Runtime;

/// <summary>A model from a run's output folder, ready to use: network, weights, and what its inputs and outputs mean.</summary>
/// <remarks>Immutable; many threads may use it, each with a lane of its own.</remarks>
public sealed class TrainedModel : IDisposable
{
    private readonly AlignedBuffer _weights;

    private TrainedModel(OutFolder folder, RunFile run, FeatureSchema features, Network network, AlignedBuffer weights)
    {
        Folder = folder;
        Run = run;
        Features = features;
        Network = network;
        _weights = weights;
        Outputs = new OutputDecoder(network.Spec.Loss, network.Output.Size, features);
    }

    public OutFolder Folder { get; }

    public RunFile Run { get; }

    public FeatureSchema Features { get; }

    public Network Network { get; }

    /// <summary>How a row of outputs becomes a class and probabilities, or values.</summary>
    public OutputDecoder Outputs { get; }

    /// <summary>The flat parameter vector.</summary>
    public ReadOnlySpan<float> Weights => _weights.Span;

    /// <summary>Content hash of the data it was trained on; null where summary.json is missing.</summary>
    public string? TrainingDataHash { get; private init; }

    /// <param name="folder">A run's output folder.</param>
    /// <param name="best">Take the best model by evaluation instead of the last one.</param>
    /// <exception cref="TrainedModelException">It is no such folder, or a file in it is missing or damaged.</exception>
    public static TrainedModel Open(string folder, bool best = false)
    {
        var files = OutFolder.OfRun(folder);
        RunFile run = RunFile.Load(files.RunFile, []);
        FeatureSchema features = FeatureSchema.FromJson(ReadText(files.ModelDescription, folder), files.ModelDescription);
        Network network = Network.Build(
            run.ResolveModel(new Shape(features.FeatureShape.AsSpan()), features.ClassNames.Length));
        if (features.ClassNames.Length > 0 && TargetFit.Find(network, features.ClassNames.Length, targetCount: 0) is { } misfit)
        {
            throw new TrainedModelException(
                $"{files.RunFile} and {files.ModelDescription} are not of one run ({misfit}); copy the whole folder again");
        }

        var weights = new AlignedBuffer(network.Parameters.Length);
        try
        {
            string file = best ? files.BestModel : files.Model;
            if (best && !File.Exists(file))
            {
                throw new TrainedModelException(
                    $"{folder} has no best model; set checkpoint.best to \"loss\" or \"accuracy\" in the run file and train again");
            }

            if (!File.Exists(file))
            {
                throw new TrainedModelException(
                    $"{folder} has no {Path.GetFileName(file)} yet: the run in it did not end; go on with --resume, or train again");
            }

            WeightsReader.Read(file, network.Parameters, weights.Span);
            return new TrainedModel(files, run, features, network, weights) { TrainingDataHash = ReadDataHash(files.Summary) };
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    public void Dispose() => _weights.Dispose();

    private static string ReadText(string path, string folder)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException error)
        {
            throw new TrainedModelException($"{path} cannot be read; is {folder} the output folder of a run that ended?", error);
        }
    }

    private static string? ReadDataHash(string path)
    {
        try
        {
            using JsonDocument summary = JsonDocument.Parse(File.ReadAllBytes(path));
            return summary.RootElement.GetProperty("dataHash").GetString();
        }
        catch (Exception error) when (error is IOException or JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }
}
