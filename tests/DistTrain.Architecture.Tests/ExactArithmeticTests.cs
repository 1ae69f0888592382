using System.Reflection;
using DistTrain.Data;
using DistTrain.Models;
using DistTrain.Numerics;

namespace DistTrain.Architecture.Tests;

/// <summary>What decides a run's bits is built from IEEE-exact operations alone (docs/ARCHITECTURE.md, "Same bits").</summary>
public sealed class ExactArithmeticTests
{
    /// <summary>Math and MathF: the members whose results IEEE 754 or their definition fixes to the last bit.</summary>
    private static readonly HashSet<string> ExactMembers =
    [
        "Abs", "Max", "Min", "MaxMagnitude", "MinMagnitude", "Clamp", "CopySign", "Sign", "Sqrt", "FusedMultiplyAdd",
        "Floor", "Ceiling", "Round", "Truncate", "BitIncrement", "BitDecrement", "ScaleB", "ILogB", "DivRem", "BigMul",
        "IEEERemainder",
    ];

    /// <summary>Vector helpers whose order of additions or precision depends on the processor.</summary>
    private static readonly string[] InexactVectorMembers =
    [
        "Sum", "Dot", "Exp", "Log", "Log2", "Sin", "Cos", "SinCos", "MultiplyAddEstimate", "Reciprocal",
        "ReciprocalEstimate", "ReciprocalSqrtEstimate", "ConvertToInt32Native", "ConvertToUInt32Native",
        "ConvertToInt64Native", "ConvertToUInt64Native", "ShuffleNative", "MaxNative", "MinNative", "ClampNative",
        "Hypot", "DegreesToRadians", "Reciprocal14", "ReciprocalSqrt", "ReciprocalSqrt14",
    ];

    public static TheoryData<Type> Assemblies =>
        [typeof(MatrixProduct), typeof(Network), typeof(DataSet)];

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void NumericalCode_Assembly_CallsNoLibraryFunctionThatDiffersBetweenMachines(Type marker)
    {
        Assembly assembly = marker.Assembly;
        string[] faults = [.. AssemblyUses.Members(assembly).Where(IsInexact)];

        Assert.True(
            faults.Length == 0,
            $"src/{assembly.GetName().Name} calls {string.Join(", ", faults)}: results differ between machines or vector "
            + "widths; use VectorMath, LaneSum or exact operations");
    }

    private static bool IsInexact(string member)
    {
        int dot = member.LastIndexOf('.');
        string type = dot < 0 ? "" : member[..dot];
        string name = member[(dot + 1)..];
        return type switch
        {
            "System.Math" or "System.MathF" => !ExactMembers.Contains(name),
            "System.Single" or "System.Double" => name is "Exp" or "Log" or "Pow" or "Tanh" or "Sin" or "Cos" or "Cbrt",
            "System.Numerics.Tensors.TensorPrimitives" => true,
            _ => (type.StartsWith("System.Numerics.Vector", StringComparison.Ordinal)
                || type.StartsWith("System.Runtime.Intrinsics.", StringComparison.Ordinal))
                && InexactVectorMembers.Contains(name),
        };
    }
}
