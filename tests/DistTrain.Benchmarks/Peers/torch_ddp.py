"""PyTorch data-parallel training speed on CPU (Debian python3-torch 1.13.1, gloo).

Run:  /usr/bin/python3 torch_ddp.py --model mlp --procs 2 --batch 512 --steps 300 [--tuned]

--model   mlp  = 784-512-256-10 ReLU         (535,818 parameters)
          wide = 784-2048-2048-10 ReLU       (5,824,522)
          cnn  = conv5x5x20, maxpool2, conv5x5x50, maxpool2, 800-500 ReLU, 500-10 (431,080)
--procs   1 = plain module; N > 1 = DistributedDataParallel over gloo on loopback
--batch   GLOBAL batch, split evenly across the processes
--tuned   without it: the package as installed (OpenBLAS 0.3.21 does not know recent CPUs and
          then uses its AVX2 kernels). With it, the settings a careful user would apply: AVX-512
          kernels forced in OpenBLAS and ATen, malloc told to keep freed memory, channels_last
          layout for cnn, gradient_as_bucket_view in DDP, OpenMP threads that do not spin
          (matters with --threads 2 only: they fight OpenBLAS' own). This is the fair opponent.
--threads compute threads per process (default 1; OpenBLAS is limited too, which
          torch.set_num_threads alone does NOT do with Debian's pthread OpenBLAS)

A step = forward, cross-entropy, backward (+ gradient all-reduce), SGD lr 0.01 without momentum.
Data: 8192 fixed-seed float32 samples in memory, each process holds its share and walks it in
contiguous batches (views, no shuffling, no copying). One JSON line on stdout.
samples_per_s is over the whole timed run; step_ms_median is rank 0's median step;
step_cpu_ms_median the CPU time rank 0 spends in a step, all its threads (steady under noise);
peak_rss_mb is the sum of VmHWM over the training processes, peak_rss_mb_max the largest one.
"""
import argparse, ctypes, json, os, socket, statistics, time

ap = argparse.ArgumentParser()
ap.add_argument("--model", choices=["mlp", "wide", "cnn"], required=True)
ap.add_argument("--procs", type=int, default=1)
ap.add_argument("--batch", type=int, default=512)
ap.add_argument("--steps", type=int, default=200)
ap.add_argument("--warmup", type=int, default=20)
ap.add_argument("--threads", type=int, default=1)
ap.add_argument("--tuned", action="store_true")
args = ap.parse_args()

# Must be set before the libraries load; spawned children inherit it.
os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = str(args.threads)
if args.tuned:
    os.environ.update(OPENBLAS_CORETYPE="SkylakeX", ATEN_CPU_CAPABILITY="avx512", OMP_WAIT_POLICY="passive")

import torch
import torch.distributed as dist
import torch.multiprocessing as mp
from torch import nn

SAMPLES = 8192


def make_model(name):
    if name == "mlp":
        return nn.Sequential(nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 256), nn.ReLU(), nn.Linear(256, 10))
    if name == "wide":
        return nn.Sequential(nn.Linear(784, 2048), nn.ReLU(), nn.Linear(2048, 2048), nn.ReLU(), nn.Linear(2048, 10))
    return nn.Sequential(nn.Conv2d(1, 20, 5), nn.MaxPool2d(2), nn.Conv2d(20, 50, 5), nn.MaxPool2d(2),
                         nn.Flatten(), nn.Linear(800, 500), nn.ReLU(), nn.Linear(500, 10))


def peak_rss_mb():
    with open("/proc/self/status") as f:
        return next(int(l.split()[1]) for l in f if l.startswith("VmHWM")) / 1024


def worker(rank, n, port):
    torch.set_num_threads(args.threads)
    if args.tuned:
        ctypes.CDLL(None).mallopt(-3, 1 << 25)             # M_MMAP_THRESHOLD
        ctypes.CDLL(None).mallopt(-1, 1 << 30)             # M_TRIM_THRESHOLD
    if n > 1:
        os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT=str(port), GLOO_SOCKET_IFNAME="lo")
        dist.init_process_group("gloo", rank=rank, world_size=n)
    torch.manual_seed(1)                                   # same initial weights everywhere
    model = make_model(args.model)
    if args.tuned and args.model == "cnn":
        model = model.to(memory_format=torch.channels_last)
    if n > 1:
        model = nn.parallel.DistributedDataParallel(model, gradient_as_bucket_view=args.tuned)
    g = torch.Generator().manual_seed(100 + rank)          # this rank's share of the data
    share, b = SAMPLES // n, args.batch // n
    x = torch.rand(share, 784, generator=g)
    y = (x @ torch.randn(784, 10, generator=torch.Generator().manual_seed(7))).argmax(1)   # learnable labels
    if args.model == "cnn":
        x = x.view(-1, 1, 28, 28)
        if args.tuned:
            x = x.to(memory_format=torch.channels_last)
    opt = torch.optim.SGD(model.parameters(), lr=0.01)
    loss_fn = nn.CrossEntropyLoss()

    def step(i):
        o = i * b % (share - b + 1) // b * b
        opt.zero_grad(set_to_none=True)
        loss = loss_fn(model(x[o:o + b]), y[o:o + b])
        loss.backward()
        opt.step()
        return loss

    first = step(0)
    for i in range(1, args.warmup):
        step(i)
    if n > 1:
        dist.barrier()
    ms, cpu_ms, t0 = [], [], time.perf_counter()
    for i in range(args.steps):
        t, c = time.perf_counter(), time.process_time()
        last = step(i)
        ms.append((time.perf_counter() - t) * 1e3)
        cpu_ms.append((time.process_time() - c) * 1e3)
    if n > 1:
        dist.barrier()
    wall = time.perf_counter() - t0
    rss_sum = torch.tensor([peak_rss_mb()])
    rss_max = rss_sum.clone()
    if n > 1:
        dist.all_reduce(rss_sum)
        dist.all_reduce(rss_max, op=dist.ReduceOp.MAX)
    if rank == 0:
        print(json.dumps({
            "peer": "torch-1.13.1-gloo", "model": args.model, "procs": n, "batch": args.batch, "steps": args.steps,
            "samples_per_s": round(args.steps * b * n / wall, 1), "step_ms_median": round(statistics.median(ms), 3),
            "peak_rss_mb": round(rss_sum.item(), 1), "peak_rss_mb_max": round(rss_max.item(), 1),
            "tuned": args.tuned, "threads": args.threads, "step_cpu_ms_median": round(statistics.median(cpu_ms), 3),
            "loss_first": round(first.item(), 4), "loss_last": round(last.item(), 4)}), flush=True)
    if n > 1:                                              # orderly teardown of DDP + gloo can deadlock
        dist.barrier()                                     # on the GIL in this version: leave at once
        os._exit(0)


if __name__ == "__main__":
    with socket.socket() as s:                             # a free port for the rendezvous
        s.bind(("127.0.0.1", 0))
        free_port = s.getsockname()[1]
    if args.procs == 1:
        worker(0, 1, free_port)
    else:
        mp.spawn(worker, args=(args.procs, free_port), nprocs=args.procs)
