using System.Collections.Immutable;
using DistTrain.Models.OnnxSchema;
using DistTrain.Numerics;

namespace DistTrain.Models.Tests;

public sealed class OnnxExporterTests(OnnxRuntime runtime) : IClassFixture<OnnxRuntime>
{
    private const int Rows = 23;

    /// <summary>The runtime adds in another order; weights and inputs are of the order of 1.</summary>
    private const float AbsoluteTolerance = 1e-5f;

    private const float RelativeTolerance = 1e-5f;

    private static readonly Dictionary<string, ModelSpec> Models = new()
    {
        ["linear"] = Case.Model([5], new HalfSquaredErrorSpec(false), new LinearSpec(3)),
        ["no bias"] = Case.Model([5], new HalfSquaredErrorSpec(false), new LinearSpec(3, Bias: false)),
        ["relu"] = Case.Model([5], new SoftmaxCrossEntropySpec(), new LinearSpec(40), new ReluSpec(), new LinearSpec(4)),
        ["leaky relu"] = Case.Model([5], new HuberSpec(1), new LinearSpec(20), new LeakyReluSpec(0.2f), new LinearSpec(4)),
        ["sigmoid"] = Case.Model([5], new BinaryCrossEntropyWithLogitsSpec(), new LinearSpec(20), new SigmoidSpec(), new LinearSpec(1)),
        ["tanh"] = Case.Model([5], new MeanAbsoluteSpec(), new LinearSpec(20), new TanhSpec(), new LinearSpec(2)),
        ["gelu"] = Case.Model([5], new HalfSquaredErrorSpec(false), new LinearSpec(20), new GeluSpec(), new LinearSpec(2)),
        ["silu"] = Case.Model([5], new HalfSquaredErrorSpec(false), new LinearSpec(20), new SiluSpec(), new LinearSpec(2)),
        ["elu"] = Case.Model([5], new HalfSquaredErrorSpec(false), new LinearSpec(20), new EluSpec(0.7f), new LinearSpec(2)),
        ["softmax"] = Case.Model([5], new HalfSquaredErrorSpec(false), new LinearSpec(6), new SoftmaxSpec()),
        ["softmax of a plane"] = Case.Model([2, 3, 4], new HalfSquaredErrorSpec(false), new SoftmaxSpec(), new FlattenSpec()),
        ["dropout"] = Case.Model([5], new SoftmaxCrossEntropySpec(), new LinearSpec(20), new DropoutSpec(0.5f), new LinearSpec(3)),
        ["flatten"] = Case.Model([2, 3, 4], new SoftmaxCrossEntropySpec(), new FlattenSpec(), new LinearSpec(3)),
        ["batch norm"] = Case.Model([5], new SoftmaxCrossEntropySpec(), new LinearSpec(8), new BatchNormSpec(), new LinearSpec(3)),
        ["batch norm of planes"] = Case.Model(
            [3, 4, 5], new SoftmaxCrossEntropySpec(), new BatchNormSpec(), new FlattenSpec(), new LinearSpec(3)),
        ["layer norm"] = Case.Model([5], new SoftmaxCrossEntropySpec(), new LinearSpec(8), new LayerNormSpec(), new LinearSpec(3)),
        ["layer norm of planes"] = Case.Model(
            [3, 4, 5], new SoftmaxCrossEntropySpec(), new LayerNormSpec(), new FlattenSpec(), new LinearSpec(3)),
        ["residual"] = Case.Model(
            [5], new SoftmaxCrossEntropySpec(), new ResidualSpec([new LinearSpec(9), new ReluSpec(), new LinearSpec(5)]),
            new ReluSpec(), new LinearSpec(3)),
        ["residual in residual"] = Case.Model(
            [5], new SoftmaxCrossEntropySpec(),
            new ResidualSpec([new ResidualSpec([new TanhSpec()]), new LinearSpec(5) { Name = "inner" }]) { Name = "block" },
            new LinearSpec(3)),
        ["convolution"] = Case.Model(
            [3, 9, 8], new SoftmaxCrossEntropySpec(), new Conv2dSpec(5, 3, 2), new ReluSpec(), new FlattenSpec(), new LinearSpec(4)),
        ["convolution, strided and padded"] = Case.Model(
            [2, 9, 8], new SoftmaxCrossEntropySpec(),
            new Conv2dSpec(4, 3, 5, Bias: false) { StrideHeight = 2, StrideWidth = 1, PaddingHeight = 1, PaddingWidth = 2 },
            new FlattenSpec(), new LinearSpec(4)),
        ["max pool"] = Case.Model(
            [2, 9, 8], new SoftmaxCrossEntropySpec(), new MaxPool2dSpec(3, 2), new FlattenSpec(), new LinearSpec(4)),
        ["max pool, strided and padded"] = Case.Model(
            [2, 9, 8], new SoftmaxCrossEntropySpec(),
            new MaxPool2dSpec(3, 2) { StrideHeight = 2, StrideWidth = 1, PaddingHeight = 1, PaddingWidth = 1 },
            new FlattenSpec(), new LinearSpec(4)),
        ["average pool"] = Case.Model(
            [2, 9, 8], new SoftmaxCrossEntropySpec(), new AveragePool2dSpec(2, 3), new FlattenSpec(), new LinearSpec(4)),
        ["average pool, strided and padded"] = Case.Model(
            [2, 9, 8], new SoftmaxCrossEntropySpec(),
            new AveragePool2dSpec(3, 2) { StrideHeight = 2, StrideWidth = 1, PaddingHeight = 1, PaddingWidth = 1 },
            new FlattenSpec(), new LinearSpec(4)),
        ["global average pool"] = Case.Model(
            [2, 9, 8], new SoftmaxCrossEntropySpec(), new Conv2dSpec(6, 3, 2), new GlobalAveragePool2dSpec(), new LinearSpec(4)),
        ["LeNet with everything"] = Case.Model(
            [1, 16, 16], new SoftmaxCrossEntropySpec(),
            new Conv2dSpec(6, 5, 5), new BatchNormSpec(), new ReluSpec(), new MaxPool2dSpec(2, 2),
            new ResidualSpec([new Conv2dSpec(6, 3, 3) { PaddingHeight = 1, PaddingWidth = 1 }, new GeluSpec()]),
            new FlattenSpec(), new LinearSpec(30), new LayerNormSpec(), new DropoutSpec(0.3f), new LinearSpec(10)),
        ["empty"] = Case.Model([2], new HalfSquaredErrorSpec(false), new DropoutSpec(0.1f)),
    };

    public static TheoryData<string> ModelNames => [.. Models.Keys];

    [SkippableTheory]
    [MemberData(nameof(ModelNames))]
    public void Write_RunByARealRuntime_GivesTheNetworksOutputs(string name)
    {
        Skip.If(runtime.Missing is not null, runtime.Missing);
        Network network = Network.Build(Models[name]);
        float[] parameters = RandomParameters(network);
        float[] features = RandomFloats(Rows * network.Spec.Input.Size, seed: 2, scale: 3);

        IReadOnlyDictionary<string, OnnxOutput> outputs = runtime.Run(
            Export(network, parameters, OnnxInput.Raw), features, [Rows, .. network.Spec.Input.Dimensions]);

        AssertNear(Predict(network, parameters, features), outputs["output"].Values);
        Assert.Equal([Rows, .. network.Output.Dimensions], outputs["output"].Shape);
    }

    [SkippableFact]
    public void Write_WithScalingAndFill_TakesRawFeatures()
    {
        Skip.If(runtime.Missing is not null, runtime.Missing);
        Network network = Network.Build(Models["relu"]);
        float[] parameters = RandomParameters(network);
        var input = new OnnxInput([100, -5, 0, 3, 7], [0.01f, 2, 1, 0.5f, 1 / 3f], [90, -4, 0.5f, 1, 2]);
        float[] raw = RandomFloats(Rows * 5, seed: 3, scale: 5);
        raw[7] = float.NaN;
        raw[50] = float.NaN;
        float[] scaled = [.. raw.Select((value, at) =>
            ((float.IsNaN(value) ? input.Fill[at % 5] : value) - input.Offset[at % 5]) * input.Factor[at % 5])];

        IReadOnlyDictionary<string, OnnxOutput> outputs = runtime.Run(Export(network, parameters, input), raw, [Rows, 5]);

        float[] expected = Predict(network, parameters, scaled);
        AssertNear(expected, outputs["output"].Values);
        float[] probabilities = new float[expected.Length];
        RowSoftmax.Forward(4, expected, probabilities);
        AssertNear(probabilities, outputs["probabilities"].Values);
    }

    [SkippableFact]
    public void Write_WithOneFactorForAll_ScalesPlanes()
    {
        Skip.If(runtime.Missing is not null, runtime.Missing);
        Network network = Network.Build(Models["flatten"]);
        float[] parameters = RandomParameters(network);
        ImmutableArray<float> factor = [.. Enumerable.Repeat(1 / 255f, 24)];
        float[] raw = RandomFloats(Rows * 24, seed: 3, scale: 255);
        float[] scaled = [.. raw.Select(value => value * (1 / 255f))];

        IReadOnlyDictionary<string, OnnxOutput> outputs = runtime.Run(
            Export(network, parameters, new OnnxInput([.. new float[24]], factor, [])), raw, [Rows, 2, 3, 4]);

        AssertNear(Predict(network, parameters, scaled), outputs["output"].Values);
    }

    [SkippableFact]
    public void Write_OfAnEmbedding_TakesIndices()
    {
        Skip.If(runtime.Missing is not null, runtime.Missing);
        Network network = Network.Build(Case.Model(
            [4], new SoftmaxCrossEntropySpec(), new EmbeddingSpec(6, 3), new FlattenSpec(), new LinearSpec(3)));
        float[] parameters = RandomParameters(network);
        float[] indices = [.. Enumerable.Range(0, Rows * 4).Select(at => (float)(at * 7 % 6))];

        IReadOnlyDictionary<string, OnnxOutput> outputs = runtime.Run(
            Export(network, parameters, OnnxInput.Raw), indices, [Rows, 4]);

        AssertNear(Predict(network, parameters, indices), outputs["output"].Values);
    }

    [Theory]
    [MemberData(nameof(ModelNames))]
    public void Write_IsInSingleAssignmentForm_AndStatesItsVersions(string name)
    {
        Network network = Network.Build(Models[name]);
        ModelProto model = ModelProto.Parser.ParseFrom(Export(network, RandomParameters(network), OnnxInput.Raw));

        Assert.Equal(8, model.IrVersion);
        Assert.Equal(17, Assert.Single(model.OpsetImport).Version);
        Assert.Equal("features", Assert.Single(model.Graph.Input).Name);
        Assert.Equal("batch", model.Graph.Input[0].Type.TensorType.Shape.Dim[0].DimParam);
        Assert.Equal("output", model.Graph.Output[0].Name);
        Assert.Equal("classes", Assert.Single(model.MetadataProps).Key);
        var known = new HashSet<string>(model.Graph.Initializer.Select(tensor => tensor.Name)) { "features" };
        Assert.Equal(model.Graph.Initializer.Count + 1, known.Count);
        foreach (NodeProto node in model.Graph.Node)
        {
            Assert.All(node.Input, input => Assert.Contains(input, known));
            Assert.All(node.Output, output => Assert.True(known.Add(output), output));
        }

        Assert.All(model.Graph.Output, output => Assert.Contains(output.Name, known));
        Assert.All(
            model.Graph.Initializer.Where(tensor => tensor.Name.EndsWith("weight", StringComparison.Ordinal)),
            tensor => Assert.Contains(tensor.Name, network.Parameters.Slices.Select(slice => slice.Name)));
    }

    /// <summary>A new layer needs a model here, and so an export.</summary>
    [Fact]
    public void Models_HaveEveryLayerThatThereIs()
    {
        var tried = new HashSet<Type> { typeof(EmbeddingSpec) };
        Collect(Models.Values.SelectMany(model => model.Layers));

        Assert.Equal(
            typeof(LayerSpec).Assembly.GetTypes()
                .Where(type => type.IsSubclassOf(typeof(LayerSpec)) && !type.IsAbstract).OrderBy(type => type.Name),
            tried.OrderBy(type => type.Name));

        void Collect(IEnumerable<LayerSpec> layers)
        {
            foreach (LayerSpec layer in layers)
            {
                tried.Add(layer.GetType());
                Collect(layer is ResidualSpec residual ? residual.Layers : []);
            }
        }
    }

    [Fact]
    public void Write_SameModel_GivesTheSameBytes()
    {
        Network network = Network.Build(Models["residual"]);
        float[] parameters = RandomParameters(network);

        Assert.Equal(Export(network, parameters, OnnxInput.Raw), Export(network, parameters, OnnxInput.Raw));
    }

    private static byte[] Export(Network network, float[] parameters, OnnxInput input)
    {
        var stream = new MemoryStream();
        OnnxExporter.Write(stream, network, parameters, input, new Dictionary<string, string> { ["classes"] = "a, b" });
        return stream.ToArray();
    }

    private static float[] Predict(Network network, float[] parameters, float[] features)
    {
        int rows = features.Length / network.Spec.Input.Size;
        float[] outputs = new float[rows * network.Output.Size];
        using NetworkLane lane = network.CreateLane();
        lane.Predict(parameters, features, rows, outputs);
        return outputs;
    }

    /// <summary>Initial weights, moved so that biases and statistics are no plain zeros and ones; variances stay positive.</summary>
    private static float[] RandomParameters(Network network)
    {
        float[] parameters = new float[network.Parameters.Length];
        network.InitializeParameters(parameters, seed: 1);
        float[] noise = RandomFloats(parameters.Length, seed: 1, scale: 0.3f);
        return [.. parameters.Zip(noise, (parameter, shift) => parameter + shift)];
    }

    private static float[] RandomFloats(int count, ulong seed, float scale)
    {
        float[] values = new float[count];
        new PhiloxKey(seed, RandomPurpose.Synthetic).Row().FillUniform(values, -scale, scale);
        return values;
    }

    private static void AssertNear(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int at = 0; at < expected.Length; at++)
        {
            float tolerance = AbsoluteTolerance + (RelativeTolerance * Math.Abs(expected[at]));
            Assert.True(
                Math.Abs(expected[at] - actual[at]) <= tolerance, $"at {at}: expected {expected[at]}, but it is {actual[at]}");
        }
    }
}
