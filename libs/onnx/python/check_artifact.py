#!/usr/bin/env python3
"""Checks a model artifact outside of Attune and shows how to use it: docs/artifacts.md in code.

    python3 check_artifact.py .attune/objects/artifacts/<digest> [--user KEY] [--count 10]

It needs numpy and onnxruntime, and reads a folder with manifest.json, the graphs and the id files. It verifies the digest
of every file, runs each graph on its golden inputs and compares the answers; with --user it also prints the best items of
a user. It writes one JSON object and ends with 1 when something does not match.
"""

import argparse
import hashlib
import json
import pathlib
import sys

import numpy
import onnxruntime


def read_verified(folder: pathlib.Path) -> dict:
    """The manifest, after the digest of every file was checked. The folder is named by the manifest's own digest."""
    body = (folder / "manifest.json").read_bytes()
    require(hashlib.sha256(body).hexdigest() == folder.name, "manifest.json does not have the digest that names the folder")
    manifest = json.loads(body)
    require(manifest["formatVersion"] == 1, "the artifact has another format than this program reads")
    for file in manifest["files"]:
        content = (folder / file["name"]).read_bytes()
        require(len(content) == file["sizeBytes"], f"{file['name']} has another size than its manifest says")
        require(hashlib.sha256(content).hexdigest() == file["sha256"], f"{file['name']} does not have its digest")
    return manifest


def read_ids(folder: pathlib.Path, index: dict) -> list:
    """Ids by row: one JSON string per line. (Not str.splitlines: it would also split at other characters than \\n.)"""
    ids = [json.loads(line) for line in (folder / index["file"]).read_text("utf-8").split("\n")[:-1]]
    require(len(ids) == index["count"], f"{index['file']} has {len(ids)} ids instead of {index['count']}")
    return ids


def open_graph(folder: pathlib.Path, graph: dict) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(str(folder / graph["file"]), options, providers=["CPUExecutionProvider"])


def to_array(tensor: dict) -> numpy.ndarray:
    return numpy.array(tensor["data"], dtype=tensor["type"]).reshape(tensor["dims"])


def largest_difference(session: onnxruntime.InferenceSession, graph: dict) -> float:
    """Runs the golden inputs; the largest difference of a number, relative to max(1, its size). Names of items are compared
    where their scores are not tied: among equals, another machine may answer in another order."""
    worst = 0.0
    for golden in graph["golden"]:
        names = sorted(golden["outputs"])
        inputs = {name: to_array(tensor) for name, tensor in golden["inputs"].items()}
        actual = dict(zip(names, session.run(names, inputs)))
        expected = {name: to_array(golden["outputs"][name]) for name in names}
        for name in names:
            require(actual[name].shape == expected[name].shape, f"{graph['file']}: {name} has another shape")
            if expected[name].dtype == numpy.float32:
                scale = numpy.maximum(1, numpy.abs(expected[name]))
                difference = float(numpy.max(numpy.abs(actual[name] - expected[name]) / scale, initial=0))
                require(difference <= graph["tolerance"], f"{graph['file']}: {name} differs by {difference}")
                worst = max(worst, difference)
        if "item_indices" in names:
            differs = actual["item_indices"] != expected["item_indices"]
            require(not numpy.any(differs & ~tied(expected["scores"], graph["tolerance"])), f"{graph['file']}: other items")
    return worst


def tied(scores: numpy.ndarray, tolerance: float) -> numpy.ndarray:
    """Where a score equals its neighbour's; the last of a row may be tied with what is not in the answer."""
    steps = numpy.abs(numpy.diff(scores, axis=-1)) <= 2 * tolerance * numpy.maximum(1, numpy.abs(scores[..., 1:]))
    ends = numpy.ones(scores.shape[:-1] + (1,), dtype=bool)
    starts = numpy.zeros(scores.shape[:-1] + (1,), dtype=bool)
    return numpy.concatenate([steps, ends], axis=-1) | numpy.concatenate([starts, steps], axis=-1)


def best_items(folder: pathlib.Path, manifest: dict, user_key: str, count: int) -> list:
    """What the model recommends to a user. A user is named by the keyed hash of the id, as in users.jsonl and in data sets."""
    row = read_ids(folder, manifest["users"]).index(user_key)
    items = read_ids(folder, manifest["items"])
    graph = next(graph for graph in manifest["graphs"] if {"user_index", "k"} == {value["name"] for value in graph["inputs"]})
    inputs = {"user_index": numpy.array([row], numpy.int32), "k": numpy.array([count], numpy.int64)}
    scores, indices = open_graph(folder, graph).run(["scores", "item_indices"], inputs)
    return [{"item": items[index], "score": float(score)} for index, score in zip(indices[0], scores[0])]


def require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise SystemExit(f"refused: {otherwise}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=lambda text: pathlib.Path(text).resolve())
    parser.add_argument("--user", help="the key of a user whose best items are wanted")
    parser.add_argument("--count", type=int, default=10)
    arguments = parser.parse_args()
    folder = arguments.folder
    manifest = read_verified(folder)
    read_ids(folder, manifest["items"])
    report = {
        "modelKind": manifest["modelKind"],
        "largestDifference": {
            graph["name"]: largest_difference(open_graph(folder, graph), graph) for graph in manifest["graphs"]
        },
    }
    if arguments.user is not None:
        report["items"] = best_items(folder, manifest, arguments.user, arguments.count)
    json.dump(report, sys.stdout)
    print()


if __name__ == "__main__":
    main()
