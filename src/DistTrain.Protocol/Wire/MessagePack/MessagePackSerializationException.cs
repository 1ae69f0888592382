namespace MessagePack;

/// <summary>The bytes are not what the format demands here. Named as in MessagePack-CSharp.</summary>
internal sealed class MessagePackSerializationException(string message) : Exception(message);
