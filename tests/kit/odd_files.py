"""Files of runs as they may be found: empty, cut, of another kind, of another version, hostile, inconsistent."""

from __future__ import annotations

import io
import json
import math
import pickle
import random
import struct
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy
import safetensors.torch
import torch
from tests.kit.attempts import TOUCH, Touches

from twinprop.run.model_file import PARTS, read_model
from twinprop.run.state_file import packed

Content = bytes | None
"""None where the file is not to be there."""

ODD: list[Any] = [None, True, -1, 2.5, math.inf, math.nan, 10**30, "x", "", [], {}, [None], ["x"], {"a": 1}]
"""Values that fields of files may have in place of their own."""

JUNK: dict[str, bytes] = {
    "empty": b"",
    "a space": b" ",
    "a line": b"\n",
    "zeros": b"\0" * 4096,
    "text": b"not what you expect",
    "bytes": bytes(range(256)) * 16,
    "half a letter": "ä".encode()[:1],
    "UTF-16": "{}".encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf",
    "a pickle": pickle.dumps(Touches()),
    "an empty pickle": pickle.dumps({}),
    "HTML": b"<!DOCTYPE html><html>404</html>",
    "a conflict": b"<<<<<<< HEAD\n{}\n=======\n[]\n>>>>>>> theirs\n",
    "a pointer of LFS": b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
}


def cuts(data: bytes, count: int) -> dict[str, bytes]:
    """The beginning of a file, of several lengths."""
    return {f"cut to {part}/{count}": data[: len(data) * part // count] for part in range(1, count)}


def rebuilt(name: str, keys: list[str], value: Any, whole: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """`whole` with a value at a path of keys."""
    copied = json.loads(json.dumps(whole))
    part = copied
    for key in keys[:-1]:
        part = part[key]
    part[keys[-1]] = value
    return name, copied


def odd_summaries(whole: dict[str, Any]) -> Iterator[tuple[str, bytes]]:
    """Contents of summary.json."""
    text = json.dumps(whole).encode()
    yield from JUNK.items()
    yield from cuts(text, 8).items()
    for value in (None, True, 1, "text", [], [whole], {}):
        yield f"only {value!r:.20}", json.dumps(value).encode()
    for name, deep in {"lists": b"[" * 100_000, "groups": b'{"a":' * 100_000}.items():
        yield f"deep {name}", deep
    for key in ("status", "test", "seconds"):
        yield f"without {key}, with test", json.dumps({k: v for k, v in whole.items() if k != key}).encode()
    for key in ("status", "test", "best", "seconds", "train", "val"):
        for value in (1, "text", [1, 2], True):
            if (key, value) != ("status", "text"):
                yield f"{key} is {value!r}", json.dumps({**whole, key: value}).encode()
    for keys in (["test", "accuracy"], ["best", "accuracy"], ["seconds", "per_epoch"], ["seconds", "train"]):
        for value in ("high", [1], True, 10**400):
            name, odd = rebuilt(f"{'.'.join(keys)} is {str(value)[:10]}", keys, value, whole)
            yield name, json.dumps(odd).encode()
    for key in ("epochs", "steps", "converged_epoch", "parameters", "samples_per_second"):
        for value in ("high", [1], True, 10**400, math.inf):
            yield f"{key} is {str(value)[:10]}", json.dumps({**whole, key: value}).encode()
    yield "a time that is none", json.dumps({**whole, "seconds": {"train": math.nan, "per_epoch": 1.0}}).encode()
    yield "a number of 5,000 digits", json.dumps(whole).encode()[:-1] + b', "x": ' + b"9" * 5000 + b"}"
    yield "no loss", json.dumps({**whole, "test": {"accuracy": 1}}).encode()


def odd_configs(text: str) -> Iterator[tuple[str, bytes]]:
    """Contents of .hydra/config.yaml that are no configuration of a run."""
    for name, content in JUNK.items():
        yield name, content
    for name, line in {
        "apply": f"x: !!python/object/apply:os.system [{TOUCH}]",
        "a tag": "x: !!python/name:os.system",
        "another tag": "x: !mine 1",
        "a tab": "model:\n\tname: mlp",
        "an open list": "model: [1, 2",
        "an open text": 'label: "open',
        "two documents": "---\na: 1\n---\nb: 2",
        "a list": "- 1\n- 2",
        "a number": "3",
        "a key twice": "seed: 1\nseed: 2",
        "a date": "2020-13-45: 1\nx: 2020-13-45",
        "a text as model": "model: mlp",
        "a list as data": "data: [digits]",
        "null as optimizer": "optimizer: null",
        "another metric": "metric: speed",
        "a huge number": f"seed: {'9' * 400}",
        "a number that is none": "optimizer: {lr: .nan}",
        "no end of it": "optimizer: {lr: .inf}",
        "deep": "[" * 20_000,
        "a key that is no text": "[1, 2]: 3",
        "an interpolation that is cut": "label: ${oc.env:X",
        "laughs": "a: &a [x,x,x,x,x,x,x,x,x]\n"
        + "".join(f"{b}: &{b} [{','.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdefghi", "bcdefghij", strict=True)),
    }.items():
        yield name, line.encode()
    for name, content in cuts(text.encode(), 2).items():
        yield name, content[:-3] + b": ["


def odd_metrics(text: str) -> Iterator[tuple[str, bytes]]:
    """Contents of metrics.csv."""
    yield from JUNK.items()
    for name, content in cuts(text.encode(), 7).items():
        yield name, content.rstrip(b"\n")
    head, *rows = text.splitlines()
    lines = {
        "no head": rows,
        "another head": ["a,b,c", *rows],
        "no step": [head.replace("step", "stop"), *rows],
        "a word": [head, rows[0].replace(",", ",high,", 1).rpartition(",")[0], *rows[1:]],
        "fewer values": [head, rows[0].rpartition(",")[0]],
        "more values": [head, f"{rows[0]},1"],
        "half a step": [head, rows[0].replace(",", ",1.5,", 1).rpartition(",")[0]],
        "a step of 400 digits": [head, rows[0].replace(",", f",{'9' * 400},", 1).rpartition(",")[0]],
        "an open quote": [head, f'"{rows[0]}'],
        "another sign": [head.replace(",", ";"), *[row.replace(",", ";") for row in rows]],
        "digits of another script": [head, rows[0].replace("1", "١")],
    }
    for name, content in lines.items():
        yield name, ("\n".join(content) + "\n").encode()


def saved(value: Any, **arguments: Any) -> bytes:
    """What torch.save writes."""
    buffer = io.BytesIO()
    torch.save(value, buffer, **arguments)
    return buffer.getvalue()


def archived(pickled: bytes, compression: int = zipfile.ZIP_STORED, name: str = "archive/data.pkl") -> bytes:
    """An archive as torch.save writes it, around any pickle."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        archive.writestr(name, pickled)
        archive.writestr("archive/version", "3\n")
        archive.writestr("archive/byteorder", "little")
    return buffer.getvalue()


def in_tar(data: bytes) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        member = tarfile.TarInfo("pickle")
        member.size = len(data)
        archive.addfile(member, io.BytesIO(data))
    return buffer.getvalue()


def odd_models(path: Path) -> Iterator[tuple[str, bytes]]:
    """Contents of model.safetensors, made from a good one of an MLP with batch normalization."""
    data = path.read_bytes()
    yield from JUNK.items()
    yield from cuts(data, 12).items()
    whole = read_model(path)
    parameters = data.index(whole["state_dict"]["linear1.weight"].tobytes())
    for place in range(0, 400, 40):
        start = parameters + place
        yield f"noise {place}", data[:start] + random.Random(place).randbytes(40) + data[start + 40 :]
    touches = pickle.dumps(Touches(), 2)
    yield "a command", saved(Touches())
    yield "a command in an archive", archived(touches)
    yield "a command, compressed", archived(touches, zipfile.ZIP_DEFLATED)
    yield "a command in a tar archive", in_tar(touches)
    yield "an older pickle with a command", saved(Touches(), _use_new_zipfile_serialization=False)
    yield "much memory", archived(b"\x80\x02c__builtin__\nbytearray\n\x8a\x06\0\0\0\0\0\x10\x85R.")
    yield "a model of an earlier version", saved({**whole, "sha256": "0"})
    tensor = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}
    for name, header in {
        "no tensor": {},
        "metadata alone": {"__metadata__": {"config": "{}", "data": "{}"}},
        "a tensor beyond the end": {"a": {**tensor, "shape": [2**40], "data_offsets": [0, 2**42]}},
        "a tensor whose size overflows": {"a": {**tensor, "shape": [2**62, 2**62]}},
        "a tensor of a negative size": {"a": {**tensor, "shape": [-2]}},
        "a tensor of another size": {"a": {**tensor, "shape": [3]}},
        "a tensor of an unknown type": {"a": {**tensor, "dtype": "evil"}},
        "two tensors in one place": {"a": tensor, "b": tensor},
        "a hole": {"a": {**tensor, "data_offsets": [8, 16]}},
        "metadata of another kind": {"__metadata__": [1], "a": tensor},
        "a list as header": [tensor],
    }.items():
        text = json.dumps(header).encode()
        yield name, struct.pack("<Q", len(text)) + text + bytes(8)
    yield "a header beyond the end", struct.pack("<Q", 2**60) + b"{}"
    yield "a header of many lists", struct.pack("<Q", 10**5) + b"[" * 10**5
    for name, content in {
        "a tensor": {"a": torch.zeros(3)},
        "a bare state dict": torch.nn.Linear(2, 3).state_dict(),
        "half precision": {"linear1.weight": torch.zeros(3, dtype=torch.bfloat16)},
    }.items():
        yield name, safetensors.torch.save(content, {"format": "pt"})
    for name, content in inconsistent(whole):
        yield name, model(content)
    good = {part: json.dumps(whole[part]) for part in PARTS}
    yield "another checksum", safetensors.numpy.save(whole["state_dict"], {**good, "sha256": "0"})
    yield "no checksum", safetensors.numpy.save(whole["state_dict"], good)
    for part in PARTS:
        for name, text in {
            "no JSON": "{",
            "a list of lists": "[" * 10**5 + "]" * 10**5,
            "a long number": '{"seed": ' + "9" * 10**5 + "}",
        }.items():
            yield f"{part} is {name}", packed(whole["state_dict"], {**good, part: text})


def model(whole: dict[str, Any]) -> bytes:
    """A file of these parts, with a checksum that is right."""
    return packed(whole["state_dict"], {part: json.dumps(whole[part]) for part in PARTS if part in whole})


def changed(whole: dict[str, Any], part: str, **values: Any) -> dict[str, Any]:
    """A model with other values in one of its parts; None takes one away."""
    new = {**whole[part], **values}
    return {**whole, part: {key: value for key, value in new.items() if value is not None}}


def inconsistent(whole: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Models whose parts do not fit each other."""
    state = whole["state_dict"]
    yield "without parameters", {**whole, "state_dict": {}}
    for part in PARTS:
        yield f"without {part}", {key: value for key, value in whole.items() if key != part}
        for value in (None, [], "text", {}):
            yield f"{part} is {value!r}", {**whole, part: value}
    first, last = "linear1.weight", "output.bias"
    tensors = {
        "transposed": {first: state[first].T},
        "flat": {first: state[first].ravel()},
        "smaller": {first: state[first][:-1]},
        "with one class more": {last: np.zeros(len(state[last]) + 1, np.float32)},
        "without a weight": {first: None},
        "without the last bias": {last: None},
        "with a parameter more": {"linear9.weight": np.zeros(3, np.float32)},
        "whole numbers": {first: state[first].astype(np.int64)},
        "booleans": {first: state[first] > 0},
        "empty, and large": {first: np.zeros((0, 10**12), np.float32)},
        "of another name": {first: None, "fc1.weight": state[first]},
    }
    for name, values in tensors.items():
        yield f"parameters, {name}", changed(whole, "state_dict", **values)
    model = whole["config"]["model"]
    for key, value in {
        "depth": 10**9,
        "width": 10**15,
        "hidden": [10**9] * 3,
        "activation": "os.system",
        "name": "transformer",
        "batch_norm": "maybe",
        "dtype": "float8",
        "dropout": -1.0,
        "init": "evil",
        "new_key": 1,
        "noise": float("nan"),
    }.items():
        yield f"model.{key} is {value}", changed(whole, "config", model={**model, key: value})
    yield "another width", changed(whole, "config", model={**model, "width": model["width"] + 1})
    yield "other layers", changed(whole, "config", model={**model, "depth": model["depth"] + 1})
    yield "a text as model", changed(whole, "config", model="mlp")
    yield "a model of no keys", changed(whole, "config", model={})
    yield "no optimizer", changed(whole, "config", optimizer=None)
    for shape in ([], [0, 8], [-8, -8], [8.0, 8.0], "8x8", [2**40, 2**40], [1, 2, 3, 4], [8, 9], 64):
        yield f"shape is {shape}", changed(whole, "data", shape=shape)
    for classes in ([], ["a"], [0, 1], "digits", [["a"]] * 10, {"a": 1}):
        yield f"classes are {classes}", changed(whole, "data", classes=classes)
    for mean in (0.5, [0.1] * 7, ["x"], []):
        yield f"mean is {mean}", changed(whole, "data", mean=mean)
    yield "deviations are none", changed(whole, "data", mean=[0.1], std=None)


def places(value: Any, keys: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths of keys to all fields of nested groups and lists; of a list, to its first two."""
    inside = value.items() if isinstance(value, dict) else enumerate(value[:2]) if isinstance(value, list) else ()
    for key, each in inside:
        yield (*keys, key)
        yield from places(each, (*keys, key))


def odd_fields(whole: Any) -> Iterator[tuple[str, Any]]:
    """A nested value with one of its fields taken away, or of another type, for each of them."""
    for keys in places(whole):
        for odd in [*ODD, ...]:
            copied = json.loads(json.dumps(whole))
            part = copied
            for key in keys[:-1]:
                part = part[key]
            if odd is ...:
                del part[keys[-1]]
            else:
                part[keys[-1]] = odd
            yield f"{'.'.join(map(str, keys))} is {'gone' if odd is ... else repr(odd)}", copied
