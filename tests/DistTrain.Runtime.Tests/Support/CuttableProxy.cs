using System.Net;
using System.Net.Sockets;

namespace DistTrain.Runtime.Tests;

/// <summary>Passes TCP connections on, and cuts them all at once, as a dying machine does.</summary>
internal sealed class CuttableProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<TcpClient> _clients = [];
    private readonly CancellationTokenSource _ending = new();
    private IPEndPoint? _target;

    public CuttableProxy()
    {
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>New connections are passed on from now on; before, and after a cut, they are refused.</summary>
    public void Start(IPEndPoint target) => Volatile.Write(ref _target, target);

    public void Cut()
    {
        Volatile.Write(ref _target, null);
        lock (_clients)
        {
            foreach (TcpClient client in _clients)
            {
                client.LingerState = new LingerOption(true, 0);
                client.Close();
            }

            _clients.Clear();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        _listener.Dispose();
        Cut();
        _ending.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                TcpClient near = await _listener.AcceptTcpClientAsync(_ending.Token);
                if (Volatile.Read(ref _target) is not { } target)
                {
                    near.Close();
                    continue;
                }

                var far = new TcpClient { NoDelay = true };
                near.NoDelay = true;
                await far.ConnectAsync(target);
                lock (_clients)
                {
                    _clients.Add(near);
                    _clients.Add(far);
                }

                _ = PassAsync(near, far);
                _ = PassAsync(far, near);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private static async Task PassAsync(TcpClient from, TcpClient to)
    {
        try
        {
            await from.GetStream().CopyToAsync(to.GetStream());
            to.Client.Shutdown(SocketShutdown.Send);
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException or InvalidOperationException or SocketException)
        {
            // Cut.
        }
    }
}
