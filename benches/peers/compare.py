#!/usr/bin/env python3
"""Renders the scene of `scene.py` with endcap and with Mitsuba 3, and tells how much they differ.

    compare.py OUT [--endcap PROGRAM] [--size WxH] [--spp N] [--runs N] [--variant NAME] [--limit SHARE]

Each renderer makes RUNS pictures of SPP samples with independent random numbers. OUT gets the pictures, table.md,
differences.json and side-by-side.png (endcap, Mitsuba, ten times their difference around grey). Pictures that are there already are
kept, so that more runs can be added. Exit code 1 if the mean relative error of 8x8 blocks exceeds the limit (1 %).
Needs mitsuba, numpy, OpenEXR and Pillow.
"""

import argparse
import dataclasses
import json
import pathlib
import sys
import time

import mitsuba as mi
import numpy as np
from PIL import Image

import endcap
import glb
import mitsuba_reference
import scene
import statistics_of

# Everything that is biased on purpose is off.
UNBIASED = ["--bounces", "64", "--firefly-limit", "off", "--planes", "radiance,instance"]


def endcap_runs(out, program, size, spp, runs):
    """Pictures of endcap, and the number of the object in each pixel."""
    pictures = []
    for run in range(runs):
        folder = out / f"endcap-{run}"
        if not (folder / "dataset.json").exists():
            scene.write(out / "scene.glb", seed=run)
            cost = endcap.shot(program, out / "scene.glb", folder, size, spp, UNBIASED)
            print(f"endcap, run {run}: {cost['cpu_s']:.0f} CPU s", flush=True)
        pictures.append(endcap.radiance(folder))
    return np.stack(pictures), endcap.instances(out / "endcap-0")


def mitsuba_runs(out, variant, size, spp, runs):
    variant = mitsuba_reference.choose_variant(variant)
    missing = [run for run in range(runs) if not (out / f"mitsuba-{run}.npy").exists()]
    if missing:
        scene.write(out / "scene.glb")
        loaded, described = mitsuba_reference.load(out / "scene.glb")
        sensor = mitsuba_reference.sensor_of(described, size)
        for run in missing:
            before = time.process_time()
            np.save(out / f"mitsuba-{run}.npy", mitsuba_reference.render(loaded, sensor, spp, run))
            print(f"Mitsuba, {variant}, run {run}: {time.process_time() - before:.0f} CPU s", flush=True)
    return np.stack([np.load(out / f"mitsuba-{run}.npy") for run in range(runs)]).astype(np.float64)


def side_by_side(ours, reference):
    """endcap, Mitsuba, and grey with ten times their difference, in sRGB without a tone curve."""

    def srgb8(linear):
        x = np.clip(linear, 0, 1)
        return np.where(x <= 0.0031308, x * 12.92, 1.055 * x ** (1 / 2.4) - 0.055) * 255 + 0.5

    grey = 0.2140411
    pictures = [ours, reference, grey + 10 * (ours - reference)]
    return Image.fromarray(np.concatenate([srgb8(x) for x in pictures], axis=1).astype(np.uint8))


def compare(out, program, size, spp, runs, variant):
    """All differences: the whole picture first, then the objects."""
    out.mkdir(parents=True, exist_ok=True)
    ours, instances = endcap_runs(out, program, size, spp, runs)
    reference = mitsuba_runs(out, variant, size, spp, runs)
    names = {part.instance: part.name for part in glb.Scene(out / "scene.glb").parts}
    masks = [("whole picture", np.ones(instances.shape, bool))]
    masks += [(name, instances == number) for number, name in names.items() if (instances == number).any()]
    found = [statistics_of.difference(name, ours, reference, mask) for name, mask in masks]
    (out / "table.md").write_text(statistics_of.markdown(found) + "\n")
    (out / "differences.json").write_text(json.dumps([dataclasses.asdict(d) for d in found], indent=1))
    side_by_side(ours.mean(0), reference.mean(0)).save(out / "side-by-side.png", optimize=True)
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--endcap")
    parser.add_argument("--size", default="256x192")
    parser.add_argument("--spp", type=int, default=512)
    parser.add_argument("--runs", type=int, default=8)
    parser.add_argument("--variant")
    parser.add_argument("--limit", type=float, default=0.01)
    arguments = parser.parse_args()
    size = tuple(map(int, arguments.size.split("x")))
    program = endcap.command(arguments.endcap)
    found = compare(arguments.out, program, size, arguments.spp, arguments.runs, arguments.variant)
    print(f"Mitsuba {mi.__version__}, {arguments.size}, {arguments.runs} runs of {arguments.spp} samples")
    print(statistics_of.markdown(found))
    return 1 if found[0].blocks > arguments.limit else 0


if __name__ == "__main__":
    sys.exit(main())
