using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace DistTrain.Architecture.Tests;

/// <summary>What a built assembly refers to outside itself, read from its metadata.</summary>
internal static class AssemblyUses
{
    /// <returns>Full names of types ("System.IO.File").</returns>
    public static IReadOnlyList<string> Types(Assembly assembly) => Read(assembly, reader =>
    [
        .. reader.TypeReferences.Select(handle => Name(reader, handle)).Distinct().Order(StringComparer.Ordinal),
    ]);

    /// <returns>Full names of members of types outside ("System.DateTime.get_Now").</returns>
    public static IReadOnlyList<string> Members(Assembly assembly) => Read(assembly, reader =>
    [
        .. reader.MemberReferences.Select(handle => reader.GetMemberReference(handle))
            .Select(member => $"{Parent(reader, member.Parent)}.{reader.GetString(member.Name)}")
            .Distinct().Order(StringComparer.Ordinal),
    ]);

    private static IReadOnlyList<string> Read(Assembly assembly, Func<MetadataReader, IReadOnlyList<string>> names)
    {
        using FileStream file = File.OpenRead(assembly.Location);
        using var image = new PEReader(file);
        return names(image.GetMetadataReader());
    }

    private static string Name(MetadataReader reader, TypeReferenceHandle handle)
    {
        TypeReference type = reader.GetTypeReference(handle);
        string name = reader.GetString(type.Name);
        return type.ResolutionScope.Kind == HandleKind.TypeReference
            ? $"{Name(reader, (TypeReferenceHandle)type.ResolutionScope)}.{name}"
            : $"{reader.GetString(type.Namespace)}.{name}";
    }

    /// <summary>The type of a member; a constructed one by the name of its definition.</summary>
    private static string Parent(MetadataReader reader, EntityHandle parent)
    {
        switch (parent.Kind)
        {
            case HandleKind.TypeReference:
                return Name(reader, (TypeReferenceHandle)parent);
            case HandleKind.TypeSpecification:
                BlobReader signature = reader.GetBlobReader(
                    reader.GetTypeSpecification((TypeSpecificationHandle)parent).Signature);
                if (signature.ReadSignatureTypeCode() == SignatureTypeCode.GenericTypeInstance)
                {
                    signature.ReadCompressedInteger();
                    EntityHandle definition = signature.ReadTypeHandle();
                    if (definition.Kind == HandleKind.TypeReference)
                    {
                        return Name(reader, (TypeReferenceHandle)definition);
                    }
                }

                return "";
            default:
                return "";
        }
    }
}
