"""The native frames of a dataset, read with json, Pillow and OpenEXR, and the rules that `dataset.json` states."""

import functools
import json
import pathlib

import numpy as np
import OpenEXR
from PIL import Image
from pycocotools import mask as mask_api

CHANNELS = {1: ["Y"], 2: ["R", "G"], 3: ["R", "G", "B"], 4: ["R", "G", "B", "A"]}


class Dataset:
    """A finished dataset."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.manifest = json.loads((self.folder / "dataset.json").read_text())
        self.export = self.manifest["export"]
        self.frames = range(self.manifest["frames"]["start"], self.manifest["frames"]["end"])
        self.planes = {plane["plane"]: plane for plane in self.manifest["planes"]}
        splits = self.export["splits"]
        self.parts = [part["name"] for part in splits["parts"]] if splits else ["all"]
        self.part_of = {frame: "all" for frame in self.frames}
        for part in self.parts if splits else []:
            for line in (self.folder / "splits" / f"{part}.txt").read_text().split():
                self.part_of[int(line)] = part

    def has(self, name):
        return name in self.manifest["formats"]

    def frames_of(self, part):
        return [frame for frame in self.frames if self.part_of[frame] == part]

    @functools.lru_cache(maxsize=64)
    def record(self, frame):
        return json.loads((self.folder / "frames" / f"{frame:06}.json").read_text())

    def size(self, frame):
        """Width and height."""
        camera = self.record(frame)["camera"]
        return camera["width"], camera["height"]

    @functools.lru_cache(maxsize=64)
    def plane(self, frame, name):
        """Pixels `[row, column]` or `[row, column, channel]`."""
        path = self.folder / name / f"{frame:06}.{self.planes[name]['extension']}"
        if path.suffix == ".png":
            return np.array(Image.open(path))
        with OpenEXR.File(str(path), separate_channels=True) as file:
            channels = {key: channel.pixels.copy() for key, channel in file.channels().items()}
        names = CHANNELS[self.planes[name]["channels"]]
        assert sorted(channels) == sorted(names), f"{path} has the channels {sorted(channels)}"
        stacked = np.stack([channels[key] for key in names], axis=-1)
        return stacked[..., 0] if len(names) == 1 else stacked

    def labelled(self, frame):
        """Units of which enough is seen."""
        least = self.export["min_visibility"]
        return [u for u in self.record(frame)["instances"] if u["visible_px"] > 0 and u["visibility"] >= least]

    def classes(self):
        """Names of the classes by number."""
        if self.export["category"] == "category":
            return {c["id"]: c["name"] for c in self.manifest["classes"] if c["is_product"]}
        return dict(enumerate(self.export["classes"], 1))

    def label(self, unit):
        """Name of a unit's class."""
        choice = self.export["category"]
        return {
            "category": unit["category"],
            "product": unit["sku"],
            "brand": unit["brand"] or "unknown",
            "object": "object",
        }[choice]

    def number(self, unit):
        """Number of a unit's class."""
        return {name: number for number, name in self.classes().items()}[self.label(unit)]


def mask_of(rle):
    return mask_api.decode(rle).astype(bool)


class Tally:
    """Counts the values that a reader gave and were compared, and notes those that differ."""

    def __init__(self, format_name, reader, what):
        self.format, self.reader, self.what = format_name, reader, what
        self.compared, self.differences = 0, []

    def equal(self, where, found, expected, tolerance=0.0):
        """Compares numbers, texts or arrays of them."""
        found, expected = np.asarray(found), np.asarray(expected)
        self.compared += max(found.size, expected.size)
        if found.shape != expected.shape:
            self.differences.append(f"{where}: has the shape {found.shape}, not {expected.shape}")
        elif found.size == 0:
            return
        elif tolerance == 0.0:
            differs = found != expected
            if found.dtype.kind == "f" and expected.dtype.kind == "f":
                differs &= ~(np.isnan(found) & np.isnan(expected))
            if np.any(differs):
                at = tuple(np.argwhere(differs)[0]) if found.shape else ()
                self.differences.append(f"{where}{list(at)}: is {found[at]!r}, not {expected[at]!r}")
        elif not np.allclose(found, expected, rtol=0.0, atol=tolerance):
            off = np.max(np.abs(found.astype(float) - expected.astype(float)))
            self.differences.append(f"{where}: is off by {off}, more than {tolerance}")

    def row(self):
        return [self.format, self.reader, self.what, str(self.compared), str(len(self.differences))]
