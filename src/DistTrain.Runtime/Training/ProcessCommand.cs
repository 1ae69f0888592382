using System.Reflection;

namespace DistTrain.Runtime;

/// <summary>A program and the arguments that come before those of its task.</summary>
public sealed record ProcessCommand(string Program, IReadOnlyList<string> Arguments)
{
    /// <summary>This program again: its own executable, or dotnet with its assembly where it runs so.</summary>
    /// <param name="arguments">The first of the task's.</param>
    public static ProcessCommand OfThisProgram(params IReadOnlyList<string> arguments)
    {
        string program = Environment.ProcessPath
            ?? throw new TrainingException("this program does not know its own path; name the worker program");
        bool isHost = Path.GetFileNameWithoutExtension(program).Equals("dotnet", StringComparison.OrdinalIgnoreCase);
        string? assembly = Assembly.GetEntryAssembly()?.Location;
        return new ProcessCommand(
            program, isHost && !string.IsNullOrEmpty(assembly) ? [assembly, .. arguments] : arguments);
    }
}
