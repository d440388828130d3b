"""Item-item products by numpy and its LAPACK, and by torch where it is there: one task of bench/item-item.bench.ts.

usage: item_item.py MATRIX_FILE TASK THREADS
The file: int32 users, items, entries; int32 offsets [users + 1], int32 items [entries]. Answers each line of its input with the
milliseconds that the task took.
"""
import sys
import time

import numpy as np

path, task, threads = sys.argv[1], sys.argv[2], int(sys.argv[3])
data = np.fromfile(path, dtype=np.int32)
users, items, entries = data[:3]
offsets = data[3 : 4 + users]
x = np.zeros((users, items), dtype=np.float32)
np.add.at(x, (np.repeat(np.arange(users), np.diff(offsets)), data[4 + users : 4 + users + entries]), 1)
x[x > 1] = 1


def ridge_gram():
    gram = x.T @ x
    gram[np.arange(items), np.arange(items)] += 500
    return gram


def inverse_by_torch():
    import torch

    torch.set_num_threads(threads)
    gram = torch.from_numpy(ridge_gram())
    return lambda: torch.cholesky_inverse(torch.linalg.cholesky(gram))


def inverse_by_numpy():
    gram = ridge_gram()
    return lambda: np.linalg.inv(gram)


def nearest():
    norms = np.sqrt(np.maximum(1, x.sum(axis=0)))

    def run():
        similarity = (x.T @ x) / (norms[:, None] * norms[None, :] + 10)
        np.fill_diagonal(similarity, 0)
        return np.argpartition(-similarity, 100, axis=1)[:, :100]

    return run


def scoring():
    weights = ridge_gram()
    return lambda: x[:1000] @ weights


def gram():
    return lambda: x.T @ x


tasks = {
    "gram-numpy": gram,
    "inverse-numpy": inverse_by_numpy,
    "inverse-torch": inverse_by_torch,
    "nearest-numpy": nearest,
    "scoring-numpy": scoring,
}
try:
    run = tasks[task]()
except ImportError:
    print("missing", flush=True)
    sys.exit(0)
print("ready", flush=True)
for _ in sys.stdin:
    start = time.perf_counter()
    run()
    print(f"{1000 * (time.perf_counter() - start):.3f}", flush=True)
