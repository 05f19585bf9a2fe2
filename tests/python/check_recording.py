#!/usr/bin/env python3
"""Compare a recording with its dataset, component by component, by the library of the viewer that it is for.

    check_recording.py DATASET RECORDING.rrd

Every entity is built anew from the dataset's files with rerun's own archetypes; type and values of each component must be
equal. Needs `rerun-sdk` (0.41.0 was used), numpy, pillow and OpenEXR. Exit code 0: all equal; 1: a difference.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import OpenEXR
import rerun as rr
from PIL import Image
from rerun.chunk import RrdReader

CAMERA = "/world/camera"
IMAGE = "/world/camera/image"


def always(folder, manifest):
    """What holds for all frames."""
    return {
        "/__properties": [rr.archetypes.RecordingInfo(name=folder.resolve().name)],
        "/world": [
            rr.ViewCoordinates.RIGHT_HAND_Y_UP,
            rr.AnnotationContext([(c["id"], c["name"]) for c in manifest["classes"]]),
        ],
    }


def box_in_world(unit):
    pose = np.array(unit["world_from_object"])
    low, high = (np.array(unit["box_3d"][name]) for name in ("min_m", "max_m"))
    scale = np.linalg.norm(pose[:3, :3], axis=0)
    return pose[:3, :3] @ ((low + high) / 2) + pose[:3, 3], (high - low) / 2 * scale, pose[:3, :3] / scale


def lines(prints):
    strips = [points + points[:1] for points, _ in prints]
    return rr.LineStrips2D(strips, labels=[text for _, text in prints], show_labels=False)


def of_frame(folder, planes, number):
    """What holds for one frame."""
    name = f"{number:06}"
    record = json.loads((folder / f"frames/{name}.json").read_text())
    camera, units = record["camera"], record["instances"]
    pose = np.array(camera["world_from_camera"])
    matrix = [[camera["fx"], 0, camera["cx"]], [0, camera["fy"], camera["cy"]], [0, 0, 1]]
    size = [camera["width"], camera["height"]]
    seen = [unit for unit in units if unit["bbox_visible"]]
    solid = [unit for unit in units if unit["box_3d"]]
    boxes = [box_in_world(unit) for unit in solid]
    points = [point for unit in units for point in unit["keypoints"] if point["state"] > 0 and point["px"]]
    readings = [unit["reading"] for unit in units if unit["reading"]]
    shelf = record["shelf"] or {"price_labels": []}

    def outline(place):
        return place.get("outline", place["quad"])

    expected = {
        CAMERA: [rr.Transform3D(translation=pose[:3, 3], mat3x3=pose[:3, :3])],
        IMAGE: [rr.Pinhole(image_from_camera=matrix, resolution=size, camera_xyz=rr.ViewCoordinates.RDF)],
        f"{IMAGE}/units": [
            rr.Boxes2D(
                array=np.array([unit["bbox_visible"] for unit in seen]).reshape(-1, 4),
                array_format=rr.Box2DFormat.XYWH,
                labels=[unit["name"] for unit in seen],
                class_ids=[unit["category_id"] for unit in seen],
                show_labels=False,
            )
        ],
        "/world/units": [
            rr.Boxes3D(
                centers=[box[0] for box in boxes],
                half_sizes=[box[1] for box in boxes],
                labels=[unit["name"] for unit in solid],
                class_ids=[unit["category_id"] for unit in solid],
                show_labels=False,
            )
        ],
        f"{IMAGE}/keypoints": [
            rr.Points2D(
                [point["px"] for point in points],
                labels=[point["name"] for point in points],
                radii=rr.Radius.ui_points([2.0] * len(points)),
                show_labels=False,
            )
        ],
        f"{IMAGE}/text": [lines([(outline(p["place"]), p["text"]) for r in readings for p in r["text"]])],
        f"{IMAGE}/bar_codes": [lines([(outline(p["place"]), p["digits"]) for r in readings for p in r["bar_codes"]])],
        f"{IMAGE}/price_labels": [
            lines([(label["quad_px"], label["price_text"]) for label in shelf["price_labels"] if label["quad_px"]])
        ],
    }
    if "rgb" in planes:
        png = (folder / f"rgb/{name}.png").read_bytes()
        expected[f"{IMAGE}/rgb"] = [rr.EncodedImage(contents=png, media_type="image/png")]
    for plane in {"instance", "semantic"} & planes:
        ids = np.array(Image.open(folder / f"{plane}/{name}.png")).astype(np.uint16)
        expected[f"{IMAGE}/{plane}"] = [rr.SegmentationImage(ids)]
    if "instance" in planes:
        expected[f"{IMAGE}/instance"].append(rr.AnnotationContext([(unit["id"], unit["name"]) for unit in units]))
    if "depth" in planes:
        depth = OpenEXR.File(str(folder / f"depth/{name}.exr")).channels()["Y"].pixels
        expected[f"{IMAGE}/depth"] = [rr.DepthImage(depth.astype(np.float32), meter=1.0)]
    turns = np.array([box[2] for box in boxes])
    return expected, turns


def rotations(quaternions):
    x, y, z, w = np.array(quaternions, dtype=np.float64).reshape(-1, 4).T
    rows = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
    ]
    return np.moveaxis(np.array(rows), 2, 0)


def without_colors(value):
    """The viewer chooses colours as it likes."""
    if isinstance(value, dict):
        return {key: without_colors(item) for key, item in value.items() if key != "color"}
    return [without_colors(item) for item in value] if isinstance(value, list) else value


def equal(ours, theirs):
    if ours.type != theirs.type:
        return f"is {ours.type}, not {theirs.type}"
    a, b = without_colors(ours.to_pylist()), without_colors(theirs.to_pylist())
    if a == b:
        return None
    try:
        close = np.allclose(np.array(a, dtype=np.float64), np.array(b, dtype=np.float64), rtol=2e-7, atol=1e-6)
    except ValueError:
        close = False
    return None if close else f"is {str(a)[:200]}, not {str(b)[:200]}"


def main():
    folder, path = Path(sys.argv[1]), sys.argv[2]
    manifest = json.loads((folder / "dataset.json").read_text())
    planes = {plane["plane"] for plane in manifest["planes"]}
    problems = []
    with tempfile.TemporaryDirectory() as scratch:
        # Reads all of it, makes chunks and an index as the viewer does, and reads that again.
        rerun, whole = [sys.executable, "-m", "rerun", "rrd"], f"{scratch}/whole.rrd"
        for command in (["optimize", path, "-o", whole], ["verify", whole]):
            done = subprocess.run(rerun + command, capture_output=True, text=True, env={**os.environ, "RERUN_ANALYTICS": "0"})
            if done.returncode:
                problems.append(f"rerun rrd {command[0]}: {done.stdout}{done.stderr}")

    found = {}
    for chunk in RrdReader(path).stream():
        batch = chunk.to_record_batch()
        frame = batch.column("frame")[0].as_py() if "frame" in batch.schema.names else None
        for name in batch.schema.names:
            if ":" in name:
                found[(chunk.entity_path, frame, name)] = batch.column(name)[0].values

    compared = 0

    def compare(frame, expected):
        nonlocal compared
        for entity, archetypes in expected.items():
            for archetype in archetypes:
                for batch in archetype.as_component_batches():
                    name = batch.component_descriptor().component
                    ours = found.pop((entity, frame, name), None)
                    theirs = batch.as_arrow_array()
                    if ours is None:
                        problems.append(f"{entity} {name} of {frame} is not there")
                        continue
                    difference = equal(ours, theirs)
                    compared += max(1, len(theirs))
                    if difference:
                        problems.append(f"{entity} {name} of {frame} {difference}")

    compare(None, always(folder, manifest))
    for frame in range(manifest["frames"]["start"], manifest["frames"]["end"]):
        expected, turns = of_frame(folder, planes, frame)
        compare(frame, expected)
        quaternions = found.pop(("/world/units", frame, "Boxes3D:quaternions"), None)
        if quaternions is None or not np.allclose(rotations(quaternions.to_pylist()), turns.reshape(-1, 3, 3), atol=1e-6):
            problems.append(f"/world/units Boxes3D:quaternions of {frame} turn the boxes otherwise")
        found.pop((f"{IMAGE}/keypoints", frame, "Points2D:colors"), None)
    problems += [f"{key} is there and nobody expects it" for key in found]
    print(f"{compared} values and {len(problems)} problems", *problems[:20], sep="\n")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
