using System.CommandLine;
using DistTrain.Akka;
using DistTrain.Protocol;
using DistTrain.Runtime;

namespace DistTrain.Cli;

/// <summary>The engine for clusters over the network that is compiled in: here Akka.NET, with what it is told beyond the plain one.</summary>
internal sealed class ClusterEngine
{
    private const int PortMax = 65535;

    private readonly Option<string?> _advertise = new("--advertise")
    {
        Description = $"The name under which other nodes reach this one. Default: {NodeEnvironment.Advertise}, else the address in use.",
        HelpName = "HOST",
    };

    private readonly Option<int?> _port = CommonOptions.OptionalInteger(
        "--akka-port", "PORT", 1, PortMax,
        $"Akka.Remote's port. Default: {NodeEnvironment.Port}, else the one after --listen; for a worker any free one.");

    private readonly Option<string[]> _coordinators = new("--coordinators")
    {
        Description = "Further coordinators, HOST:PORT of their --listen, for hand-over; may be given several times. "
            + $"Default: {NodeEnvironment.Coordinators}, separated by commas.",
        HelpName = "HOST:PORT",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<string?> _config = new("--akka-config")
    {
        Description = $"A HOCON file, laid over the engine's settings. Default: {NodeEnvironment.ConfigFile}.",
        HelpName = "FILE",
    };

    private readonly Option<string[]> _set = new("--akka-set")
    {
        Description = "One Akka setting, as in akka.loglevel=INFO; may be given several times. "
            + "As environment variable: AKKA__LOGLEVEL=INFO.",
        HelpName = "path=value",
        DefaultValueFactory = _ => [],
    };

    /// <param name="namesOthers">A coordinator names the others; a worker does with --join.</param>
    private ClusterEngine(Command command, bool namesOthers)
    {
        command.Options.Add(_advertise);
        command.Options.Add(_port);
        if (namesOthers)
        {
            command.Options.Add(_coordinators);
        }

        command.Options.Add(_config);
        command.Options.Add(_set);
    }

    public static ClusterEngine ForCoordinator(Command command) => new(command, namesOthers: true);

    public static ClusterEngine ForWorker(Command command) => new(command, namesOthers: false);

    public Task<TrainingResult> CoordinateAsync(
        ParseResult parsed, ClusterRequest request, ITrainingObserver observer, CancellationToken stop) =>
        SayingWhatIsWrongAsync(() => AkkaCoordinator.RunAsync(request, OptionsOf(parsed), observer, stop));

    /// <summary>A child of train --processes serves its parent, which has the plain engine in any build.</summary>
    public Task<RunEnd> WorkAsync(ParseResult parsed, WorkerRequest request, CancellationToken leave) =>
        request.EndWithStandardInput
            ? WorkerNode.RunAsync(request, leave)
            : SayingWhatIsWrongAsync(() => AkkaWorker.RunAsync(request, OptionsOf(parsed), leave));

    private static async Task<T> SayingWhatIsWrongAsync<T>(Func<Task<T>> run)
    {
        try
        {
            return await run().ConfigureAwait(false);
        }
        catch (NodeSettingsException wrong)
        {
            throw new UsageException(wrong.Message);
        }
    }

    private AkkaOptions OptionsOf(ParseResult parsed)
    {
        var flags = new AkkaOptions
        {
            AdvertisedHost = parsed.GetValue(_advertise),
            Port = parsed.GetValue(_port),
            OtherCoordinators = [.. parsed.GetValue(_coordinators) ?? []],
        };
        return NodeEnvironment.Complete(flags, parsed.GetValue(_config), parsed.GetValue(_set)!);
    }
}
