namespace DistTrain.Runtime.RunFiles;

/// <summary>Reads values out of a checked tree; a missing key or another kind is a bug in a section's declaration.</summary>
internal static class JsonTreeAccess
{
    public static string Text(this JsonMap map, string name) => ((JsonText)map[name]!).Text;

    public static string? OptionalText(this JsonMap map, string name) => (map[name] as JsonText)?.Text;

    public static bool Flag(this JsonMap map, string name) => ((JsonFlag)map[name]!).Value;

    public static int Integer(this JsonMap map, string name) => (int)((JsonNumber)map[name]!).Value;

    public static int? OptionalInteger(this JsonMap map, string name) => (int?)(map[name] as JsonNumber)?.Value;

    public static double Double(this JsonMap map, string name) => ((JsonNumber)map[name]!).Value;

    public static float Float(this JsonMap map, string name) => (float)map.Double(name);

    public static float? OptionalFloat(this JsonMap map, string name) => (float?)(map[name] as JsonNumber)?.Value;

    public static JsonMap Map(this JsonMap map, string name) => (JsonMap)map[name]!;

    public static JsonList List(this JsonMap map, string name) => (JsonList)map[name]!;

    public static int[] Integers(this JsonList list) => [.. list.Items.Select(item => (int)((JsonNumber)item).Value)];

    public static float[] Floats(this JsonList list) => [.. list.Items.Select(item => (float)((JsonNumber)item).Value)];
}
