namespace DistTrain.Models;

/// <summary>Always 1.</summary>
public sealed record ConstantSpec : ScheduleSpec
{
    public override string Kind => "constant";

    internal override double FactorAt(long step, long stepsTotal) => 1;
}
