namespace DistTrain.Data;

/// <summary>How an array file stores one number.</summary>
internal enum ElementType
{
    Boolean = 0,
    UInt8 = 1,
    Int8 = 2,
    UInt16 = 3,
    Int16 = 4,
    UInt32 = 5,
    Int32 = 6,
    UInt64 = 7,
    Int64 = 8,
    Float16 = 9,
    Float32 = 10,
    Float64 = 11,
}

internal static class ElementTypes
{
    public static int Bytes(this ElementType type) => type switch
    {
        ElementType.Boolean or ElementType.UInt8 or ElementType.Int8 => 1,
        ElementType.UInt16 or ElementType.Int16 or ElementType.Float16 => 2,
        ElementType.UInt32 or ElementType.Int32 or ElementType.Float32 => 4,
        _ => 8,
    };

    public static bool IsWhole(this ElementType type) => type < ElementType.Float16;

    /// <summary>Values 0 to 255 in one byte: such an array is kept as bytes.</summary>
    public static bool IsByte(this ElementType type) => type is ElementType.UInt8 or ElementType.Boolean;
}
