"""Trains the NCF tower of ncf-training.bench.ts in PyTorch, a slice of steps whenever a line comes on standard input.

The line is the number of steps; the answer is JSON: "milliseconds" and "cpuMilliseconds" (of all threads) of them all, and "loss"
of the last one. The end of the input stops it. The first argument is JSON: users, items, width, hidden, batch, dropout, batchNorm,
threads, batches (how many different batches are cycled through), variant:
  dense    nn.Embedding, Adam over everything: what most reproductions of NCF do
  fused    the same with Adam(fused=True)
  sparse   nn.Embedding(sparse=True), SparseAdam for the tables and Adam(fused=True) for the tower: the same work as ours
"""

import json
import sys
import time

import torch
from torch import nn

settings = json.loads(sys.argv[1])
torch.set_num_threads(settings["threads"])
torch.manual_seed(1)
sparse = settings["variant"] == "sparse"


class Tower(nn.Module):
    def __init__(self):
        super().__init__()
        width = settings["width"]
        self.user = nn.Embedding(settings["users"], width, sparse=sparse)
        self.item = nn.Embedding(settings["items"], width, sparse=sparse)
        nn.init.normal_(self.user.weight, std=0.01)
        nn.init.normal_(self.item.weight, std=0.01)
        layers = []
        inputs = 2 * width
        for outputs in settings["hidden"]:
            layers.append(nn.Linear(inputs, outputs, bias=not settings["batchNorm"]))
            if settings["batchNorm"]:
                layers.append(nn.BatchNorm1d(outputs))
            layers.append(nn.ReLU(inplace=True))
            if settings["dropout"] > 0:
                layers.append(nn.Dropout(settings["dropout"]))
            inputs = outputs
        layers.append(nn.Linear(inputs, 1))
        self.layers = nn.Sequential(*layers)

    def forward(self, users, items):
        return self.layers(torch.cat([self.user(users), self.item(items)], 1)).squeeze(1)


tower = Tower().train()
loss_of = nn.BCEWithLogitsLoss()
if sparse:
    tables = [tower.user.weight, tower.item.weight]
    optimizers = [torch.optim.SparseAdam(tables, lr=1e-3), torch.optim.Adam(tower.layers.parameters(), lr=1e-3, fused=True)]
else:
    optimizers = [torch.optim.Adam(tower.parameters(), lr=1e-3, fused=settings["variant"] == "fused")]

size = (settings["batches"], settings["batch"])
users = torch.randint(settings["users"], size)
items = torch.randint(settings["items"], size)
labels = torch.randint(2, size).float()
step = 0

for line in sys.stdin:
    steps = int(line)
    begin, cpu_begin = time.perf_counter(), time.process_time()
    for _ in range(steps):
        at = step % settings["batches"]
        step += 1
        for optimizer in optimizers:
            optimizer.zero_grad(set_to_none=True)
        loss = loss_of(tower(users[at], items[at]), labels[at])
        loss.backward()
        for optimizer in optimizers:
            optimizer.step()
    milliseconds = (time.perf_counter() - begin) * 1000
    cpu_milliseconds = (time.process_time() - cpu_begin) * 1000
    answer = {"milliseconds": milliseconds, "cpuMilliseconds": cpu_milliseconds, "loss": loss.item()}
    print(json.dumps(answer), flush=True)
