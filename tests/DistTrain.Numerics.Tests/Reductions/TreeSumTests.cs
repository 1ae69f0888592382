namespace DistTrain.Numerics.Tests;

public sealed class TreeSumTests
{
    [Fact]
    public void Add_AnyLength_EqualsTheScalarTwin()
    {
        for (int length = 0; length < 70; length++)
        {
            float[] left = TestFloats.Normal(length, 1);
            float[] right = TestFloats.Normal(length, 2);
            var fast = new float[length];
            var plain = new float[length];
            TreeSum.Add(left, right, fast);
            TreeSum.AddScalar(left, right, plain);

            TestFloats.AssertSameBits(plain, fast);
        }
    }

    [Fact]
    public void Add_LengthsDiffer_NamesThem()
    {
        var exception = Assert.Throws<ArgumentException>(() => TreeSum.Add(new float[2], new float[3], new float[3]));
        Assert.Contains("2 and 3 floats into 3", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AccumulatorAndReduce_AnyLeafCount_FollowTheDefinitionOfTheTree()
    {
        const int length = 19;
        using var accumulator = new TreeAccumulator(length);
        for (int leafCount = 1; leafCount <= 70; leafCount++)
        {
            float[][] leaves = [.. Enumerable.Range(0, leafCount).Select(leaf => TestFloats.Normal(length, leaf))];
            foreach (float[] leaf in leaves)
            {
                accumulator.Add(leaf);
            }

            var bySteps = new float[length];
            accumulator.Finish(bySteps);
            float[] inPlace = [.. leaves.SelectMany(leaf => leaf)];
            TreeSum.Reduce(inPlace, leafCount, length);
            int level = 0;
            while (1 << level < leafCount)
            {
                level++;
            }

            float[] defined = ByDefinition(new TreeNode(level, 0), leaves);
            TestFloats.AssertSameBits(defined, bySteps);
            TestFloats.AssertSameBits(defined, inPlace.AsSpan(0, length));
        }
    }

    [Fact]
    public void Accumulator_AlignedNode_SumsItsLeavesLikeTheWholeTree()
    {
        float[][] leaves = [.. Enumerable.Range(0, 11).Select(leaf => TestFloats.Normal(5, leaf))];
        var node = new TreeNode(2, 1);
        using var accumulator = new TreeAccumulator(5);
        for (int shard = node.FirstShard; shard < node.EndShard(11); shard++)
        {
            accumulator.Add(leaves[shard]);
        }

        var sum = new float[5];
        accumulator.Finish(sum);

        TestFloats.AssertSameBits(ByDefinition(node, leaves), sum);
    }

    [Fact]
    public void Finish_NoLeaves_GivesPositiveZeros()
    {
        using var accumulator = new TreeAccumulator(2);
        float[] sum = [1, -0f];
        accumulator.Finish(sum);
        TestFloats.AssertSameBits([0f, 0f], sum);
    }

    [Fact]
    public void Add_OneLeafOfNegativeZeros_KeepsItsSign()
    {
        using var accumulator = new TreeAccumulator(1);
        accumulator.Add([-0f]);
        var sum = new float[1];
        accumulator.Finish(sum);
        TestFloats.AssertSameBits([-0f], sum);
    }

    [Fact]
    public void EndLeaf_NothingBegun_IsRefused()
    {
        using var accumulator = new TreeAccumulator(1);
        accumulator.Add([1f]);
        Assert.Throws<InvalidOperationException>(accumulator.EndLeaf);
    }

    private static float[] ByDefinition(TreeNode node, float[][] leaves)
    {
        if (node.Level == 0)
        {
            return leaves[node.Index];
        }

        float[] left = ByDefinition(node.Left, leaves);
        return node.Right.FirstShard >= leaves.Length
            ? left
            : [.. left.Zip(ByDefinition(node.Right, leaves), (a, b) => a + b)];
    }
}
