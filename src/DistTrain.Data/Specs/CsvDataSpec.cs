using System.Collections.Immutable;

namespace DistTrain.Data;

/// <summary>Samples in a CSV file: a row each, features and labels in columns. Numbers have a decimal point.</summary>
public sealed record CsvDataSpec : DataSpec
{
    /// <summary>The training file, or the only one. A name that ends in ".gz" is decompressed.</summary>
    public required string File { get; init; }

    /// <summary>The test part's own file, with the same columns. Default: none.</summary>
    public string? TestFile { get; init; }

    /// <summary>Whether the first row holds the columns' names. Default: found out.</summary>
    public CsvHeader Header { get; init; } = CsvHeader.Auto;

    /// <summary>Default: comma.</summary>
    public char Delimiter { get; init; } = ',';

    /// <summary>The label columns; at least one, and exactly one for classes.</summary>
    public required ImmutableArray<ColumnReference> Labels { get; init; }

    /// <summary>
    /// The feature columns in the order in which the model sees them. Default (empty): all but the labels and
    /// <see cref="Ignore"/>.
    /// </summary>
    public ImmutableArray<ColumnReference> Features { get; init; } = [];

    /// <summary>Columns that are neither features nor labels. Default: none. Not together with <see cref="Features"/>.</summary>
    public ImmutableArray<ColumnReference> Ignore { get; init; } = [];

    /// <summary>
    /// Feature columns that hold categories, as text or as numbers: each becomes one feature for every value that the training
    /// rows have (1,000 at most), in ordinal order, which is 1 where the row has that value and else 0. A value that they do
    /// not have gives 0 in all. Where the field is missing, so are all these features: each is filled as
    /// <see cref="DataSpec.Missing"/> says. <see cref="DataSpec.Scaling"/> leaves them as they are. Default: none.
    /// </summary>
    public ImmutableArray<ColumnReference> Categories { get; init; } = [];
}

/// <summary>Whether a CSV file's first row holds names.</summary>
public enum CsvHeader
{
    /// <summary>It does, unless one of its fields is a number.</summary>
    Auto = 0,

    Yes = 1,

    /// <summary>Columns are then named "column0", "column1", … and are referred to by index or by that name.</summary>
    No = 2,
}

/// <summary>A column by its name in the header, or by its index.</summary>
public abstract record ColumnReference
{
    private ColumnReference()
    {
    }

    /// <param name="Text">As in the header; upper and lower case differ.</param>
    public sealed record ByName(string Text) : ColumnReference
    {
        public override string ToString() => $"\"{Text}\"";
    }

    /// <param name="Position">From 0; negative ones count from the end, −1 is the last column.</param>
    public sealed record ByIndex(int Position) : ColumnReference
    {
        public override string ToString() => $"{Position}";
    }
}
