namespace DistTrain.Protocol;

/// <summary>The first element of a message's array. A number is never given to another message.</summary>
internal enum MessageKind
{
    Welcome = 0,
    Refused = 1,
    Weights = 2,
    Assign = 3,
    Cancel = 4,
    CoordinatorHeartbeat = 5,
    Stop = 6,

    Hello = 32,
    Ready = 33,
    PartialSum = 34,
    WorkerHeartbeat = 35,
    NotFinite = 36,
    Leaving = 37,
    Unfit = 38,
    Superseded = 39,
}
