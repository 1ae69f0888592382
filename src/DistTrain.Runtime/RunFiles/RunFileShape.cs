using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using DistTrain.Runtime.RunFiles;

namespace DistTrain.Runtime;

/// <summary>The whole run file's declaration, and its published JSON schema.</summary>
public static class RunFileShape
{
    /// <summary>Where an editor finds the schema; relative to the file, so that it does not travel.</summary>
    internal const string SchemaKey = "$schema";

    private static readonly JsonSerializerOptions SchemaOptions = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    internal static readonly MapShape Root = new("A DistTrain run file.",
        MapKey.Optional(SchemaKey, new TextShape(), "For editors; not used."),
        MapKey.Required("data", DataSection.Shape, "The samples."),
        MapKey.Required("model", ModelSection.Shape, "The network."),
        MapKey.Required("training", TrainingSection.Shape, "How it is trained."),
        MapKey.Section("checkpoint", OtherSections.Checkpoint, "When the run's state is written."),
        MapKey.Section("cluster", OtherSections.Cluster, "How the work is shared."),
        MapKey.Section("report", OtherSections.Report, "What is printed beside the usual figures."));

    /// <summary>The content of docs/run.schema.json.</summary>
    public static string ToJsonSchema()
    {
        JsonObject root = Root.ToSchema();
        var schema = new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["title"] = "DistTrain run file",
        };
        foreach ((string keyword, JsonNode? value) in root)
        {
            schema[keyword] = value!.DeepClone();
        }

        schema["$defs"] = new JsonObject { [ModelSection.Layer.Name] = ModelSection.Layer.Target.ToSchema() };
        return schema.ToJsonString(SchemaOptions) + "\n";
    }
}
