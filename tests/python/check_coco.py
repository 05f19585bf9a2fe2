#!/usr/bin/env python3
"""Compare a dataset's COCO file with its planes, through libraries that know nothing of endcap.

    check_coco.py DATASET

Loads annotations/instances.json with pycocotools and demands, for every frame: each annotation's mask equals
`instance == id` in every pixel, area and box follow from it, units without an annotation are not seen, amodal masks
decode and contain the visible ones, the occlusion graph and the depth layers follow from them, and every plane of floats opens with the channels and the type that dataset.json
names. Needs pycocotools, numpy, Pillow and OpenEXR. Exit code 0: all equal; 1: a difference; 2: bad usage.
"""

import contextlib
import io
import json
import pathlib
import sys

import numpy as np
import OpenEXR
from PIL import Image
from pycocotools import mask as mask_api
from pycocotools.coco import COCO

CHANNELS = {1: ["Y"], 2: ["R", "G"], 3: ["R", "G", "B"], 4: ["R", "G", "B", "A"]}
NUMPY_TYPES = {"float32": np.float32, "float16": np.float16}


def read_exr(path):
    """Pixels `[row, column, channel]` and their channel names, in the order of CHANNELS."""
    with OpenEXR.File(str(path), separate_channels=True) as file:
        channels = {name: channel.pixels.copy() for name, channel in file.channels().items()}
    names = sorted(channels, key="YRGBA".index)
    return np.stack([channels[name] for name in names], axis=-1), names


def differences_of_frame(folder, manifest, coco, index):
    """Everything that is wrong with one frame, as lines of text."""
    name = f"{index:06}"
    size = (manifest["height"], manifest["width"])
    record = json.loads((folder / "frames" / f"{name}.json").read_text())
    planes = {plane["plane"]: plane for plane in manifest["planes"]}
    annotations = coco.loadAnns(coco.getAnnIds(imgIds=[index]))
    units = {unit["id"]: unit for unit in record["instances"]}
    seen = {annotation["endcap"]["instance"] for annotation in annotations}

    if "instance" in planes:
        instance = np.array(Image.open(folder / "instance" / f"{name}.png"))
        if instance.shape != size:
            yield f"frame {index}: the instance plane is {instance.shape}, not {size}"
            return
        for missing in set(np.unique(instance).tolist()) - {0} - seen:
            yield f"frame {index}: unit {missing} is seen and has no annotation"
    covered = np.zeros(size, np.int64)

    for annotation in annotations:
        unit = annotation["endcap"]["instance"]
        where = f"frame {index}, annotation {annotation['id']} (unit {unit})"
        mask = coco.annToMask(annotation).astype(bool)
        covered += mask
        if "instance" in planes and not np.array_equal(mask, instance == unit):
            yield f"{where}: its mask differs from the instance plane in {np.sum(mask != (instance == unit))} pixels"
        if annotation["area"] != mask.sum() or annotation["area"] != mask_api.area(annotation["segmentation"]):
            yield f"{where}: area is {annotation['area']}, and its mask has {mask.sum()} pixels"
        if list(mask_api.toBbox(annotation["segmentation"])) != annotation["bbox"]:
            yield f"{where}: bbox is {annotation['bbox']}, not {mask_api.toBbox(annotation['segmentation'])}"
        again = mask_api.encode(np.asfortranarray(mask))["counts"].decode()
        if again != annotation["segmentation"]["counts"]:
            yield f"{where}: pycocotools encodes the same mask as {again}"
        amodal = mask_api.decode(annotation["endcap"]["mask_amodal"]).astype(bool)
        if amodal.shape != size or amodal.sum() != annotation["endcap"]["amodal_px"]:
            yield f"{where}: mask_amodal has {amodal.sum()} of {annotation['endcap']['amodal_px']} pixels"
        elif np.any(mask & ~amodal):
            yield f"{where}: {np.sum(mask & ~amodal)} visible pixels lie outside of mask_amodal"
        if units.get(unit, {}).get("mask_visible") != annotation["segmentation"]:
            yield f"{where}: frames/{name}.json has another mask"
    if covered.max(initial=0) > 1:
        yield f"frame {index}: {np.sum(covered > 1)} pixels belong to several units"

    amodal = {key: mask_api.decode(unit["mask_amodal"]).astype(bool) for key, unit in units.items()}
    pixels_of = {(front, behind): px for front, behind, px in record["occlusion"]}
    for front, behind in {(min(pair), max(pair)) for pair in pixels_of if 0 not in pair}:
        found = pixels_of.get((front, behind), 0) + pixels_of.get((behind, front), 0)
        common = np.sum(amodal[front] & amodal[behind])
        if found != common:
            yield f"frame {index}: units {front} and {behind} hide {found} of {common} common pixels"
    covering = sum((mask.astype(np.int64) for mask in amodal.values()), np.zeros(size, np.int64))
    pairs = np.sum(covering * (covering - 1) // 2)
    if pairs != sum(px for (front, _), px in pixels_of.items() if front > 0):
        yield f"frame {index}: the occlusion graph has not the {pairs} pixels of all pairs of units"

    if manifest["layers"] > 0:
        with OpenEXR.File(str(folder / "layers" / f"{name}.exr"), separate_channels=True) as file:
            channels = {name: channel.pixels.copy() for name, channel in file.channels().items()}
        ids = np.stack([channels[f"instance.{k}"] for k in range(manifest["layers"])])
        depths = np.stack([channels[f"depth.{k}"] for k in range(manifest["layers"])])
        if ids.dtype != np.uint32 or depths.dtype != np.float32 or ids.shape[1:] != size:
            yield f"frame {index}: the depth layers are {ids.dtype}, {depths.dtype} of {ids.shape[1:]} pixels"
        if "instance" in planes and np.any(ids[0] != instance):
            yield f"frame {index}: the first depth layer differs from the instance plane"
        if "depth" in planes and np.any(depths[0] != read_exr(folder / "depth" / f"{name}.exr")[0][..., 0]):
            yield f"frame {index}: the first depth layer differs from the depth plane"
        if np.any(depths[1:] < depths[:-1]) or np.any(ids[np.isinf(depths)]):
            yield f"frame {index}: the depth layers are out of order"
        is_whole = np.isinf(depths[-1])
        for key, mask in amodal.items():
            met = np.any(ids == key, axis=0)
            if np.any(met & ~mask) or np.any((mask & ~met)[is_whole]):
                yield f"frame {index}: unit {key} is not where its amodal mask is in the depth layers"

    for plane in manifest["planes"]:
        if plane["extension"] != "exr":
            continue
        path = folder / plane["plane"] / f"{name}.exr"
        pixels, names = read_exr(path)
        if names != CHANNELS[plane["channels"]] or pixels.shape[:2] != size:
            yield f"{path}: has channels {names} of {pixels.shape[:2]} pixels"
        if pixels.dtype != NUMPY_TYPES[plane["encoding"]]:
            yield f"{path}: is {pixels.dtype}, not {plane['encoding']}"
        if plane["plane"] == "depth" and "instance" in planes and not np.all(np.isfinite(pixels[instance > 0])):
            yield f"{path}: a pixel of a unit has no depth"
        if plane["plane"] == "rotation" and "instance" in planes:
            for unit in seen:
                expected = np.array(units[unit]["camera_from_object_quaternion"], np.float32)
                off = np.abs(pixels[instance == unit] - expected).max(initial=0)
                if off > 1e-5:
                    yield f"{path}: unit {unit} is turned otherwise by {off}"


def main(arguments):
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    folder = pathlib.Path(arguments[0])
    manifest = json.loads((folder / "dataset.json").read_text())
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO(folder / "annotations" / "instances.json")
    frames = range(manifest["frames"]["start"], manifest["frames"]["end"])
    differences = []
    if sorted(coco.getImgIds()) != list(frames):
        differences.append(f"COCO has the images {sorted(coco.getImgIds())}, and the dataset {frames}")
    for index in frames:
        differences.extend(differences_of_frame(folder, manifest, coco, index))
    for difference in differences[:50]:
        print(difference)
    print(f"{len(frames)} frames, {len(coco.getAnnIds())} annotations, {len(differences)} differences")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
