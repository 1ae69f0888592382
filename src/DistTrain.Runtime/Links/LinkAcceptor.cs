using System.Net;
using System.Net.Sockets;
using DistTrain.Runtime.Security;

namespace DistTrain.Runtime;

/// <summary>
/// Listens, bounds what strangers can cost (connections, bytes, time), and hands on those that prove to be of the cluster.
/// Knows nothing of what the links are used for, so that every engine can use it.
/// </summary>
public sealed class LinkAcceptor : IAsyncDisposable
{
    private readonly Socket _listener;
    private readonly string _token;
    private readonly TlsIdentity? _tls;
    private readonly AdmissionGate _gate = new();
    private readonly CancellationTokenSource _ending = new();
    private Action<AdmittedLink> _admitted = static link => link.Stream.Dispose();
    private Action<string> _refused = static _ => { };
    private int _isDisposed;
    private Task _accepting = Task.CompletedTask;

    /// <summary>Takes the address, so that a busy port is told before anything else happens; nobody is let in yet.</summary>
    /// <param name="token">Empty: everybody is let in.</param>
    /// <param name="tls">Null: plain TCP.</param>
    /// <exception cref="TrainingException">The address cannot be listened on (busy, not this machine's).</exception>
    public LinkAcceptor(IPEndPoint listen, string token, TlsIdentity? tls)
    {
        _token = token;
        _tls = tls;
        _listener = new Socket(listen.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            // A coordinator that is started again takes its port although old connections linger.
            if (!OperatingSystem.IsWindows())
            {
                _listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            }

            _listener.Bind(listen);
            _listener.Listen(Backlog);
        }
        catch (SocketException error)
        {
            _listener.Dispose();
            throw new TrainingException(
                error.SocketErrorCode == SocketError.AddressAlreadyInUse
                    ? $"{listen} is in use by another program; name another port with --listen"
                    : $"{listen} cannot be listened on: {error.Message}",
                error);
        }
    }

    /// <summary>The address in force; with the system's choice where port 0 was asked for.</summary>
    public IPEndPoint Address => (IPEndPoint)_listener.LocalEndPoint!;

    /// <param name="admitted">Takes each admitted link; called from any thread, must not block.</param>
    /// <param name="refused">Takes a line about each refusal.</param>
    public void Start(Action<AdmittedLink> admitted, Action<string> refused)
    {
        _admitted = admitted;
        _refused = refused;
        _accepting = AcceptAllAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        await _ending.CancelAsync().ConfigureAwait(false);
        _listener.Dispose();
        await _accepting.ConfigureAwait(false);
    }

    private async Task AcceptAllAsync()
    {
        bool hasTold = false;
        while (!_ending.IsCancellationRequested)
        {
            Socket socket;
            try
            {
                socket = await _listener.AcceptAsync(_ending.Token).ConfigureAwait(false);
            }
            catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException failure)
            {
                // A connection that broke before it was taken, or no files left for now: the next one may do.
                if (failure.SocketErrorCode == SocketError.TooManyOpenSockets && !hasTold)
                {
                    hasTold = true;
                    _refused($"nobody else can be taken in at {Address} while no more files can be opened; "
                        + $"raise the limit, as in {OpenFileLimit.Remedy}");
                }

                await Task.Delay(PauseAfterFailure).ConfigureAwait(false);
                continue;
            }

            hasTold = false;
            _ = AdmitAsync(socket);
        }
    }

    private async Task AdmitAsync(Socket socket)
    {
        string address = socket.RemoteEndPoint?.ToString() ?? "a peer";
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_ending.Token);
        limit.CancelAfter(AdmissionGate.TimeMax);
        LinkedListNode<CancellationTokenSource> place = _gate.Enter(limit);
        Stream? stream = null;
        try
        {
            socket.NoDelay = true;
            var plain = new NetworkStream(socket, ownsSocket: true);
            stream = plain;
            if (_tls is not null)
            {
                stream = await TlsLinks.AcceptAsync(plain, _tls, limit.Token).ConfigureAwait(false);
            }
            else if (await TlsLinks.IsOfferedAsync(socket, limit.Token).ConfigureAwait(false))
            {
                throw new LinkRefusedException(
                    $"{address} was refused: it speaks TLS, this cluster has none; start all nodes with --tls-certificate, or none");
            }

            (LinkRole role, LinkSession session) =
                await Handshake.AcceptAsync(stream, _token, limit.Token).ConfigureAwait(false);
            _admitted(new AdmittedLink(role, session, stream, address)
            {
                IsSameMachine = socket.RemoteEndPoint is IPEndPoint remote && socket.LocalEndPoint is IPEndPoint local
                    && remote.Address.Equals(local.Address),
            });
            stream = null;
        }
        catch (OperationCanceledException)
        {
            if (!_ending.IsCancellationRequested)
            {
                _refused(
                    $"{address} was refused: it was not admitted within {AdmissionGate.TimeMax.TotalSeconds:0} s, or "
                    + $"before {AdmissionGate.WaitingMax} others came");
            }
        }
        catch (LinkRefusedException refusal)
        {
            _refused(refusal.Message);
        }
        catch (LinkException refusal)
        {
            _refused($"{address} was refused: {refusal.Message}");
        }
        catch (Exception error) when (error is IOException or SocketException or ObjectDisposedException)
        {
            // It went away before admission; nobody misses it.
        }
        finally
        {
            _gate.Leave(place);
            if (stream is not null)
            {
                await stream.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private const int Backlog = 128;
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromMilliseconds(50);
}
