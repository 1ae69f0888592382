namespace DistTrain.Runtime.Tests;

/// <summary>Time passes when it is spent.</summary>
internal sealed class HandClock : TimeProvider
{
    private long _now;

    public void Spend(double seconds) => _now += (long)(seconds * TimestampFrequency);

    public override long GetTimestamp() => _now;
}
