namespace DistTrain.Numerics.Convolution;

/// <summary>Which input elements reach which output elements of a plane, grouped by kernel elements that take part.</summary>
/// <remarks>
/// Forward: an output position takes the kernel elements that fall inside the input. Backward: an input position takes
/// those kernel elements whose output position exists. Elements at a border have fewer taps; nothing is multiplied by
/// padding. Offsets are in floats of a plane in sample blocks (<see cref="SampleBlocks"/>).
/// </remarks>
internal sealed unsafe class TapPlan
{
    private readonly Tap[] _taps;

    private TapPlan(List<Tap> taps, List<TapPosition> positions, List<TapGroup> groups)
    {
        // Pinned: the kernels walk along it.
        _taps = GC.AllocateArray<Tap>(Math.Max(1, taps.Count), pinned: true);
        taps.CopyTo(_taps);
        Positions = [.. positions];
        Groups = [.. groups];
    }

    public TapPosition[] Positions { get; }

    public TapGroup[] Groups { get; }

    public nint Taps(in TapGroup group) =>
        System.Runtime.InteropServices.Marshal.UnsafeAddrOfPinnedArrayElement(_taps, group.FirstTap);

    /// <summary>Of output positions: kernel elements ascending, rows first.</summary>
    public static TapPlan Forward(in ConvolutionShape shape)
    {
        Axis rows = Axis.Forward(shape.Height, shape.OutHeight, shape.KernelHeight, shape.StrideHeight, shape.PaddingHeight);
        Axis columns = Axis.Forward(shape.Width, shape.OutWidth, shape.KernelWidth, shape.StrideWidth, shape.PaddingWidth);
        return Combine(rows, columns, shape.Width, shape.KernelWidth);
    }

    /// <summary>As forward without padding, of the output positions of 2 × 2 windows that do not overlap, window by window.</summary>
    public static TapPlan Windows(in ConvolutionShape shape)
    {
        TapPlan plan = Forward(shape);
        List<TapPosition> positions = [];
        for (int y = 0; y + 1 < shape.OutHeight; y += 2)
        {
            for (int x = 0; x + 1 < shape.OutWidth; x += 2)
            {
                int first = (y * shape.OutWidth) + x, second = first + shape.OutWidth;
                positions.AddRange(
                    [plan.Positions[first], plan.Positions[first + 1], plan.Positions[second], plan.Positions[second + 1]]);
            }
        }

        TapGroup group = plan.Groups.Single();
        return new TapPlan([.. plan._taps], positions, [group with { PositionCount = positions.Count }]);
    }

    /// <summary>Of input positions: kernel elements ascending, rows first; so output positions descending.</summary>
    public static TapPlan Backward(in ConvolutionShape shape)
    {
        Axis rows = Axis.Backward(shape.Height, shape.OutHeight, shape.KernelHeight, shape.StrideHeight, shape.PaddingHeight);
        Axis columns = Axis.Backward(shape.Width, shape.OutWidth, shape.KernelWidth, shape.StrideWidth, shape.PaddingWidth);
        return Combine(rows, columns, shape.OutWidth, shape.KernelWidth);
    }

    /// <summary>Adjoining positions stay together where they have the same taps.</summary>
    private static TapPlan Combine(Axis rows, Axis columns, int sourceWidth, int kernelWidth)
    {
        var byTaps = new Dictionary<(int, int, int, int), List<TapPosition>>();
        for (int y = 0; y < rows.Points.Length; y++)
        {
            for (int x = 0; x < columns.Points.Length; x++)
            {
                AxisPoint row = rows.Points[y], column = columns.Points[x];
                (int, int, int, int) key = (row.FirstKernel, row.Count, column.FirstKernel, column.Count);
                if (!byTaps.TryGetValue(key, out List<TapPosition>? found))
                {
                    byTaps.Add(key, found = []);
                }

                found.Add(new TapPosition(
                    ((row.FirstSource * sourceWidth) + column.FirstSource) * SampleBlocks.Lanes,
                    ((y * columns.Points.Length) + x) * SampleBlocks.Lanes));
            }
        }

        List<Tap> taps = [];
        List<TapPosition> positions = [];
        List<TapGroup> groups = [];
        foreach (((int firstRow, int rowCount, int firstColumn, int columnCount), List<TapPosition> members) in byTaps)
        {
            groups.Add(new TapGroup(taps.Count, rowCount * columnCount, positions.Count, members.Count));
            positions.AddRange(members);
            for (int row = 0; row < rowCount; row++)
            {
                for (int column = 0; column < columnCount; column++)
                {
                    taps.Add(new Tap(
                        ((row * rows.SourceStep * sourceWidth) + (column * columns.SourceStep)) * SampleBlocks.Lanes,
                        ((firstRow + (row * rows.KernelStep)) * kernelWidth) + firstColumn + (column * columns.KernelStep)));
                }
            }
        }

        return new TapPlan(taps, positions, groups);
    }

    /// <summary>The kernel elements of one coordinate: an arithmetic sequence, and the source coordinates under it.</summary>
    private readonly record struct AxisPoint(int FirstKernel, int Count, int FirstSource);

    private readonly record struct Axis(AxisPoint[] Points, int KernelStep, int SourceStep)
    {
        public static Axis Forward(int size, int outSize, int kernel, int stride, int padding)
        {
            var points = new AxisPoint[outSize];
            for (int at = 0; at < outSize; at++)
            {
                int origin = (at * stride) - padding;
                int first = Math.Max(0, -origin), end = Math.Min(kernel, size - origin);
                points[at] = new AxisPoint(first, end - first, origin + first);
            }

            return new Axis(points, 1, 1);
        }

        public static Axis Backward(int size, int outSize, int kernel, int stride, int padding)
        {
            var points = new AxisPoint[size];
            for (int at = 0; at < size; at++)
            {
                // Kernel element k is over it at output (at + padding − k) / stride, where that is one.
                int first = Math.Max(at + padding - ((outSize - 1) * stride), (at + padding) % stride);
                int last = Math.Min(kernel - 1, at + padding);
                points[at] = first > last
                    ? new AxisPoint(0, 0, 0)
                    : new AxisPoint(first, ((last - first) / stride) + 1, (at + padding - first) / stride);
            }

            return new Axis(points, stride, -1);
        }
    }
}
