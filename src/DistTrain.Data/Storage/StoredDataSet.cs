using System.Runtime.CompilerServices;
using DistTrain.Numerics;

namespace DistTrain.Data;

/// <summary>A data set whose features lie ready as float32, scaled already.</summary>
internal sealed unsafe class FloatDataSet(Shape featureShape, int targetWidth, int rowCount, MemoryBlock features, MemoryBlock targets)
    : DataSet
{
    public override int RowCount => rowCount;

    public override Shape FeatureShape => featureShape;

    public override int TargetWidth => targetWidth;

    public override void GatherFeatures(ReadOnlySpan<int> rows, Span<float> destination) =>
        StoredRows.Gather((float*)features.Pointer, featureShape.Size, rowCount, rows, destination);

    public override void GatherTargets(ReadOnlySpan<int> rows, Span<float> destination) =>
        StoredRows.Gather((float*)targets.Pointer, targetWidth, rowCount, rows, destination);
}

/// <summary>A data set whose features are bytes and are scaled when gathered: a quarter of the memory.</summary>
internal sealed unsafe class ByteDataSet(
    Shape featureShape, int targetWidth, int rowCount, MemoryBlock features, MemoryBlock targets, FeatureScaling scaling)
    : DataSet
{
    public override int RowCount => rowCount;

    public override Shape FeatureShape => featureShape;

    public override int TargetWidth => targetWidth;

    public override void GatherFeatures(ReadOnlySpan<int> rows, Span<float> destination)
    {
        int width = featureShape.Size;
        StoredRows.CheckLength(rows.Length, width, destination.Length);
        byte* start = features.Pointer;
        for (int index = 0; index < rows.Length; index++)
        {
            StoredRows.CheckRow(rows[index], rowCount);
            ByteScaling.Apply(
                new ReadOnlySpan<byte>(start + ((long)rows[index] * width), width), scaling.Offset.AsSpan(),
                scaling.Factor.AsSpan(), destination.Slice(index * width, width));
        }
    }

    public override void GatherTargets(ReadOnlySpan<int> rows, Span<float> destination) =>
        StoredRows.Gather((float*)targets.Pointer, targetWidth, rowCount, rows, destination);
}

/// <summary>What both forms share.</summary>
internal static unsafe class StoredRows
{
    /// <summary>Copies rows of float32.</summary>
    /// <param name="source">Shape (rowCount, width).</param>
    /// <param name="destination">Shape (rows.Length, width).</param>
    public static void Gather(float* source, int width, int rowCount, ReadOnlySpan<int> rows, Span<float> destination)
    {
        CheckLength(rows.Length, width, destination.Length);
        for (int index = 0; index < rows.Length; index++)
        {
            int row = rows[index];
            CheckRow(row, rowCount);
            new ReadOnlySpan<float>(source + ((long)row * width), width).CopyTo(destination.Slice(index * width, width));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void CheckRow(int row, int rowCount)
    {
        if ((uint)row >= (uint)rowCount)
        {
            ThrowRow(row, rowCount);
        }
    }

    public static void CheckLength(int rows, int width, int destinationLength)
    {
        if ((long)rows * width != destinationLength)
        {
            ThrowLength(rows, width, destinationLength);
        }
    }

    [System.Diagnostics.CodeAnalysis.DoesNotReturn]
    private static void ThrowRow(int row, int rowCount) =>
        throw new ArgumentOutOfRangeException(nameof(row), $"row {row} does not exist, the part has {rowCount} rows");

    [System.Diagnostics.CodeAnalysis.DoesNotReturn]
    private static void ThrowLength(int rows, int width, int destinationLength) =>
        throw new ArgumentException($"{rows} rows of {width} numbers do not fit a destination of {destinationLength}");
}
