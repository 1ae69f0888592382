using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace DistTrain.Runtime.RunFiles;

/// <summary>
/// An object whose keys depend on one of them, as in {"type": "relu"}. A plain text is short for an object with that
/// key alone: "relu".
/// </summary>
/// <param name="what">For messages: "a layer".</param>
/// <param name="discriminator">The deciding key.</param>
internal sealed class VariantShape(
    string what, string discriminator, params ImmutableArray<(string Name, MapShape Shape)> variants) : ValueShape
{
    private readonly ChoiceShape _choice = new([.. variants.Select(variant => variant.Name)]);

    public ImmutableArray<(string Name, MapShape Shape)> Variants => variants;

    public override string Expected => $"{what}: an object with \"{discriminator}\"";

    public override JsonTree Check(JsonTree value, string path)
    {
        if (value is JsonText name)
        {
            _choice.Check(name, path);
            value = new JsonMap(name.Origin, [new JsonMember(name.Origin, discriminator, name)]);
        }

        if (value is not JsonMap map)
        {
            Refuse(value, path);
            return value;
        }

        if (map[discriminator] is not { } chosen)
        {
            throw new RunFileException(
                $"{map.Origin}: {path}.{discriminator} is missing; expected {_choice.Expected}");
        }

        string chosenName = ((JsonText)_choice.Check(chosen, $"{path}.{discriminator}")).Text;
        MapShape shape = variants.First(variant => variant.Name == chosenName).Shape;
        int position = map.Members.ToList().FindIndex(member => member.Name == discriminator);
        var rest = (JsonMap)shape.Check(map with { Members = map.Members.RemoveAt(position) }, path);
        return rest with { Members = rest.Members.Insert(0, new JsonMember(chosen.Origin, discriminator, chosen)) };
    }

    public override JsonObject ToSchema()
    {
        var alternatives = new JsonArray();
        foreach ((string name, MapShape shape) in variants)
        {
            JsonObject schema = shape.ToSchema();
            var properties = new JsonObject { [discriminator] = new JsonObject { ["const"] = name } };
            foreach ((string key, JsonNode? property) in (JsonObject)schema["properties"]!)
            {
                properties[key] = property!.DeepClone();
            }

            schema["properties"] = properties;
            ((JsonArray)schema["required"]!).Insert(0, discriminator);
            alternatives.Add(schema);
            if (shape.Keys.All(key => !key.IsRequired))
            {
                alternatives.Add(new JsonObject { ["const"] = name });
            }
        }

        return new JsonObject { ["oneOf"] = alternatives };
    }
}
