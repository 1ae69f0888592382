using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace DistTrain.Models.Tests;

/// <summary>
/// A real ONNX runtime, apart from this project: the npm package onnxruntime-node, installed into a temporary folder for the
/// time of the tests. Where that cannot be done, <see cref="Missing"/> says why.
/// </summary>
public sealed class OnnxRuntime : IDisposable
{
    private const string Package = "onnxruntime-node@1.30.0";

    private const int InstallMillisecondsMax = 180_000;

    private const int RunMillisecondsMax = 60_000;

    /// <summary>Arguments: model, features (float32), result; then the features' dimensions.</summary>
    private const string Script =
        """
        const ort = require('onnxruntime-node');
        const fs = require('fs');
        const [model, featuresFile, result, ...dimensions] = process.argv.slice(2);
        (async () => {
          const session = await ort.InferenceSession.create(model);
          const bytes = fs.readFileSync(featuresFile);
          const features = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
          const outputs = await session.run({ features: new ort.Tensor('float32', features, dimensions.map(Number)) });
          const answer = { inputs: session.inputNames, outputs: {} };
          for (const name of session.outputNames) {
            answer.outputs[name] = { dimensions: outputs[name].dims, values: Array.from(outputs[name].data) };
          }
          fs.writeFileSync(result, JSON.stringify(answer));
          process.exit(0);
        })().catch(error => { console.error(String(error)); process.exit(1); });
        """;

    private readonly TemporaryFolder _folder = new();

    public OnnxRuntime()
    {
        Missing = Install();
        _folder.Write("run.js", Script);
    }

    /// <summary>Null where the runtime is there.</summary>
    public string? Missing { get; }

    /// <param name="shape">With the rows in front.</param>
    /// <returns>Outputs by name.</returns>
    public IReadOnlyDictionary<string, OnnxOutput> Run(byte[] model, float[] features, params int[] shape)
    {
        string run = _folder[Guid.NewGuid().ToString("N")];
        File.WriteAllBytes(run + ".onnx", model);
        File.WriteAllBytes(run + ".features", MemoryMarshal.AsBytes(features.AsSpan()).ToArray());
        string? failure = Start(
            "node", RunMillisecondsMax,
            ["run.js", run + ".onnx", run + ".features", run + ".json", .. shape.Select(dimension => $"{dimension}")]);
        Assert.True(failure is null, failure);

        using JsonDocument answer = JsonDocument.Parse(File.ReadAllBytes(run + ".json"));
        Assert.Equal("features", Assert.Single(answer.RootElement.GetProperty("inputs").EnumerateArray()).GetString());
        return answer.RootElement.GetProperty("outputs").EnumerateObject().ToDictionary(
            output => output.Name,
            output => new OnnxOutput(
                [.. output.Value.GetProperty("dimensions").EnumerateArray().Select(dimension => dimension.GetInt32())],
                [.. output.Value.GetProperty("values").EnumerateArray().Select(value => value.GetSingle())]));
    }

    public void Dispose() => _folder.Dispose();

    private string? Install()
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture is not (Architecture.X64 or Architecture.Arm64))
        {
            return "the ONNX runtime is only tried on Linux, x64 and arm64";
        }

        if (Start("node", RunMillisecondsMax, ["--version"]) is { } noNode)
        {
            return $"node is missing ({noNode})";
        }

        return Start(
            "npm", InstallMillisecondsMax,
            ["install", "--prefix", _folder.Path, "--ignore-scripts", "--no-audit", "--no-fund", "--no-save", Package]) is { } noPackage
            ? $"{Package} cannot be installed ({noPackage})"
            : null;
    }

    /// <returns>Null where it ended well, else why not.</returns>
    private string? Start(string program, int millisecondsMax, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = _folder.Path, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        try
        {
            using Process process = Process.Start(start)!;
            Task<string> output = process.StandardOutput.ReadToEndAsync();
            Task<string> error = process.StandardError.ReadToEndAsync();
            if (!process.WaitForExit(millisecondsMax))
            {
                process.Kill(entireProcessTree: true);
                return $"{program} took more than {millisecondsMax / 1000} s";
            }

            return process.ExitCode == 0 ? null : $"{program} ended with {process.ExitCode}: {error.Result.Trim()} {output.Result.Trim()}";
        }
        catch (System.ComponentModel.Win32Exception failure)
        {
            return failure.Message;
        }
    }
}

/// <summary>One output of a run.</summary>
/// <param name="Shape">With the rows in front.</param>
public sealed record OnnxOutput(int[] Shape, float[] Values);
