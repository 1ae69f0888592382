namespace DistTrain.Models;

/// <summary>Rows of a table by index: (positions) to (positions, width). Weight shape (count, width).</summary>
internal sealed class EmbeddingLayer : Layer
{
    private readonly EmbeddingSpec _spec;

    private EmbeddingLayer(EmbeddingSpec spec, LayerContext context)
        : base(context, context.ShapeOf(context.Input.Size, spec.Width))
    {
        _spec = spec;
        Weight = AddParameter(context, "weight", [spec.Count, spec.Width]);
    }

    public ParameterSlice Weight { get; }

    public int Count => _spec.Count;

    public int Width => _spec.Width;

    public static EmbeddingLayer Build(EmbeddingSpec spec, LayerContext context)
    {
        if (spec.Count < 1 || spec.Width < 1)
        {
            context.Fail($"has {spec.Count} rows of {spec.Width}, at least 1 of each is needed");
        }

        if (!context.IsFirst)
        {
            context.Fail("takes indices, which only the features can be: make it the first layer");
        }

        context.RequireRank(1, $"(positions) to make (positions, {spec.Width})");
        context.RequireInitialValues(spec.InitialWeight, "weight", spec.Count, spec.Width);
        return new EmbeddingLayer(spec, context);
    }

    /// <remarks>Drawn with variance 1, as is usual for embeddings: uniform in [−√3, √3).</remarks>
    public override void InitializeParameters(Span<float> parameters, ulong seed) => InitialWeights.Fill(
        parameters.Slice(Weight.Start, Weight.Length), _spec.InitialWeight, seed, Ordinal, fanIn: 2, 0, feedsRectifier: true);

    public override LayerLane CreateLane() => new EmbeddingLane(this);

    public override ReferenceLayer<T> CreateReference<T>() => new EmbeddingReference<T>(this);

    /// <exception cref="ArgumentException">Not a whole number from 0 to Count − 1.</exception>
    public int Index(float feature) => IsIndex(feature)
        ? (int)feature
        : throw new ArgumentException($"{Describe()} was given the index {feature}, expected {Expected()}");

    /// <returns>What is wrong with a feature, for its user; null: it is an index.</returns>
    public string? FindMisfit(float feature) => IsIndex(feature)
        ? null
        : FormattableString.Invariant($"{feature} is no index for {Describe()}, expected {Expected()}");

    private bool IsIndex(float feature) => feature >= 0 && feature < Count && (int)feature == feature;

    private string Describe() => $"layer {Name} (embedding)";

    private string Expected() => $"a whole number from 0 to {Count - 1}";
}
