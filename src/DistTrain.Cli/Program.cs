using DistTrain.Runtime;

if (args is ["schema"])
{
    Console.Out.Write(RunFileShape.ToJsonSchema());
}

return 0;
