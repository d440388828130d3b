"""Writes golden.json: buckets and assignments by an implementation of its own, after the README alone. Needs nothing but Python 3.

Run in this folder: python3 golden.py > golden.json, then the formatter.
"""
import hashlib
import json


def bucket_of(salt, unit_id):
    digest = hashlib.sha256((salt + "\n" + unit_id).encode("utf-8")).hexdigest()
    return int(digest[:13], 16) / 2**52


def assign(experiment, unit_id):
    """Of a running experiment without targeting, start, end and ramp."""
    salt = experiment["salt"] or experiment["experimentId"]
    layer = "layer:" + experiment["layer"] if experiment["layer"] else "own:" + salt
    if bucket_of("holdout:" + layer, unit_id) < experiment["holdoutShare"]:
        return "holdout"
    position = bucket_of(layer, unit_id) * (1 - experiment["holdoutShare"])
    if not experiment["layerStart"] <= position < experiment["layerStart"] + experiment["trafficShare"]:
        return "traffic"
    bucket, end = bucket_of("variant:" + salt, unit_id), 0.0
    for variant in experiment["variants"]:
        end += variant["weight"]
        if bucket < end:
            return variant["name"]
    return experiment["variants"][-1]["name"]


def experiment(experiment_id, salt, layer, start, share, holdout, weights):
    variants = [{"name": f"v{i}", "weight": w, "parameters": {}} for i, w in enumerate(weights)]
    return {
        "experimentId": experiment_id, "salt": salt, "layer": layer, "layerStart": start,
        "trafficShare": share, "holdoutShare": holdout, "variants": variants,
    }


PAIRS = [
    ("", ""), ("", "user-1"), ("variant:home-feed", ""), ("variant:home-feed", "user-1"), ("variant:home-feed", "user-2"),
    ("own:home-feed", "user-1"), ("layer:ranking", "user-1"), ("holdout:layer:ranking", "user-1"),
    ("holdout:own:home-feed", "user-1"), ("s", "0"), ("s", "00"), ("s0", "0"), ("s", "USER"), ("s", "user"), ("s", " user"),
    ("s", "a\nb"), ("s", "\u0000"), ("s", "Zo\u00eb"), ("s", "Zoe\u0308"), ("s", "\u65e5\u672c\u8a9e"), ("s", "\U0001f469\u200d\U0001f680"),
    ("\u00e4", "\u00f6"), ("s", "someone@example.org"), ("s", "3f2504e0-4f89-11d3-9a0c-0305e82c3301"), ("s", "x" * 1000), ("s", "\u20ac" * 500),
]

EXPERIMENTS = [
    experiment("home-feed", "", "", 0.0, 1.0, 0.0, [0.5, 0.5]),
    experiment("small", "other-salt", "", 0.0, 0.3, 0.2, [0.2, 0.3, 0.5]),
    experiment("second", "", "ranking", 0.25, 0.5, 0.1, [0.9, 0.1]),
]

print(json.dumps({
    "buckets": [{"salt": s, "unitId": u, "bucket": bucket_of(s, u)} for s, u in PAIRS],
    "assignments": [
        {"experiment": e, "outcomes": [assign(e, f"user-{i}") for i in range(40)]} for e in EXPERIMENTS
    ],
}, indent=1))
