#!/usr/bin/env python3
"""Noise against time: endcap, Mitsuba 3 and Cycles on a shelf that endcap has made, on the same cores in the same run.

    noise.py OUT [--scene FILE.glb] [--endcap PROGRAM] [--size WxH] [--reference N] [--spp N,N,...] [--only NAME,...]

Every renderer is held against its own picture with REFERENCE samples, because the materials of a shelf do not mean quite
the same to all of them: the table says how fast each one settles on its picture. Seconds are those of a frame whose scene
is loaded already, of all threads for CPU. OUT gets the pictures, noise.json and noise.md; references that are there
already are kept. Without --scene: `endcap scene default --frame 3 --seed 1`.
Needs numpy, OpenEXR, Pillow, and mitsuba and bpy for the renderers of these names.
"""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

import numpy as np

import endcap
import glb

BOUNCES = 8
HERE = pathlib.Path(__file__).resolve().parent


def run_endcap(options, spp, out, seed, more=()):
    """A frame's cost is what more of the same frames in one process take longer."""
    scene = out / "seeded.glb"
    glb.write_seeded(options.scene, scene, seed)

    def shot(repeats):
        wanted = ["--planes", "radiance", "--bounces", str(BOUNCES), "--repeat", str(repeats), *more]
        cost = endcap.shot(options.program, scene, out / "endcap", options.size, spp, wanted)
        picture = endcap.radiance(out / "endcap")
        shutil.rmtree(out / "endcap")
        return picture, cost

    picture, once = shot(1)
    if spp >= options.reference:
        return picture, once
    _, often = shot(4)
    return picture, {key: (often[key] - once[key]) / 3 for key in once}


def run_mitsuba(options, spp, out, seed):
    import mitsuba_reference

    if not hasattr(options, "mitsuba"):
        options.variant = mitsuba_reference.choose_variant(options.variant)
        loaded, described = mitsuba_reference.load(options.scene, max_depth=BOUNCES + 2, is_strict=False)
        options.mitsuba = loaded, mitsuba_reference.sensor_of(described, options.size)
    loaded, sensor = options.mitsuba
    if spp < options.reference:
        mitsuba_reference.render(loaded, sensor, spp, seed + 1)
    wall, cpu = time.perf_counter(), time.process_time()
    picture = mitsuba_reference.render(loaded, sensor, spp, seed)
    return picture, {"wall_s": time.perf_counter() - wall, "cpu_s": time.process_time() - cpu}


def run_cycles(options, spp, out, seed, more=()):
    size = f"{options.size[0]}x{options.size[1]}"
    line = [sys.executable, str(HERE / "cycles_reference.py"), str(options.scene), str(out / "cycles.exr"), "--size", size]
    line += ["--spp", str(spp), "--seed", str(seed), "--bounces", str(BOUNCES), *more]
    line += ["--warm"] if spp < options.reference else []
    printed = subprocess.run(line, check=True, capture_output=True, text=True).stdout
    cost = json.loads([line for line in printed.splitlines() if line.startswith("{")][-1])
    return endcap.read_exr(out / "cycles.exr"), cost


RENDERERS = {
    "endcap": run_endcap,
    "Mitsuba": run_mitsuba,
    "Cycles": run_cycles,
}
DENOISED = {
    "endcap": lambda *arguments: run_endcap(*arguments, more=["--denoise"]),
    "Cycles": lambda *arguments: run_cycles(*arguments, more=["--denoise"]),
}


def srgb(linear):
    x = np.clip(linear, 0, 1)
    return np.where(x <= 0.0031308, x * 12.92, 1.055 * x ** (1 / 2.4) - 0.055)


def errors(picture, reference, exposure):
    """RMSE of the sRGB picture, 0 to 1, without a tone curve, and relative mean squared error in linear light."""
    a, b = picture * exposure, reference * exposure
    a, b = np.minimum(a, 10.0), np.minimum(b, 10.0)
    rmse = np.sqrt(np.mean((srgb(a) - srgb(b)) ** 2))
    return {"rmse": float(rmse), "rel_mse": float(np.mean((a - b) ** 2 / (b**2 + 0.01)))}


def markdown(rows):
    lines = [
        "| renderer | samples | wall s | CPU s | RMSE, sRGB | relative MSE, linear |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    for row in rows:
        costs = f"{row['wall_s']:.2f} | {row['cpu_s']:.2f}"
        lines.append(f"| {row['name']} | {row['spp']} | {costs} | {row['rmse']:.4f} | {row['rel_mse']:.4f} |")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--scene", type=pathlib.Path)
    parser.add_argument("--endcap", dest="program")
    parser.add_argument("--size", default="160x120")
    parser.add_argument("--reference", type=int, default=4096)
    parser.add_argument("--spp", default="1,4,16,64")
    parser.add_argument("--only", default="endcap,Mitsuba,Cycles")
    parser.add_argument("--variant")
    options = parser.parse_args()
    options.program = endcap.command(options.program)
    options.out.mkdir(parents=True, exist_ok=True)
    if options.scene is None:
        options.scene = options.out / "shelf.glb"
        line = [options.program, "scene", "default", "--frame", "3", "--seed", "1", "--size", options.size]
        subprocess.run([*line, "--out", str(options.scene)], check=True)
    options.size = tuple(map(int, options.size.split("x")))
    exposure = glb.Scene(options.scene).exposure
    rows = []
    for name in options.only.split(","):
        kept = options.out / f"{name}-reference.npy"
        if not kept.exists():
            picture, cost = RENDERERS[name](options, options.reference, options.out, 1000)
            np.save(kept, picture)
            print(f"{name}: reference in {cost['wall_s']:.0f} s, {cost['cpu_s']:.0f} CPU s", flush=True)
        reference = np.load(kept)
        for suffix, runs in (("", RENDERERS), (", denoised", DENOISED)):
            for spp in map(int, options.spp.split(",")) if name in runs else []:
                try:
                    picture, cost = runs[name](options, spp, options.out, 1)
                except subprocess.CalledProcessError as error:
                    print(f"{name}{suffix}, {spp} samples: {error}", file=sys.stderr)
                    break
                np.save(options.out / f"{name}-{spp}{suffix[2:]}.npy", picture)
                rows.append({"name": name + suffix, "spp": spp, **cost, **errors(picture, reference, exposure)})
                print(rows[-1], flush=True)
    noted = {"rows": rows, "size": options.size, "load": os.getloadavg(), "variant": getattr(options, "variant", None)}
    (options.out / "noise.json").write_text(json.dumps(noted, indent=1))
    (options.out / "noise.md").write_text(markdown(rows) + "\n")
    print(markdown(rows))


if __name__ == "__main__":
    main()
