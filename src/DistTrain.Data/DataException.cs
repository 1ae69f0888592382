namespace DistTrain.Data;

/// <summary>Data that cannot be used. The message says what is wrong, in which file, line and column, and what to do.</summary>
public sealed class DataException(string message) : Exception(message);
