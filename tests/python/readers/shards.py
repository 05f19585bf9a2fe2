"""WebDataset, Parquet and NPZ; and the native planes with OpenEXR."""

import io
import json
import os
import tempfile

import numpy as np
import OpenEXR
from PIL import Image

from .truth import Tally, mask_of

TYPES = {"uint8 srgb": np.uint8, "uint16": np.uint16, "float32": np.float32, "float16": np.float16}


def native(dataset):
    tally = Tally("native", "OpenEXR, Pillow", "type and size of every plane; visible masks = instance plane")
    for frame in dataset.frames:
        width, height = dataset.size(frame)
        for name, plane in dataset.planes.items():
            pixels = dataset.plane(frame, name)
            tally.equal(f"frame {frame}, {name}: type", [pixels.dtype.name], [np.dtype(TYPES[plane["encoding"]]).name])
            channels = () if plane["channels"] == 1 else (plane["channels"],)
            tally.equal(f"frame {frame}, {name}: shape", pixels.shape, (height, width, *channels))
        if "instance" in dataset.planes:
            painted = np.zeros((height, width), np.int64)
            for unit in dataset.record(frame)["instances"]:
                painted[mask_of(unit["mask_visible"])] += unit["id"]
            tally.equal(f"frame {frame}: instance", dataset.plane(frame, "instance"), painted)
    return [tally, *occlusion(dataset)]


def occlusion(dataset):
    """The occlusion graph and the depth layers against the amodal masks."""
    tally = Tally("native", "OpenEXR, numpy", "occlusion graph and depth layers against amodal masks")
    for frame in dataset.frames:
        record = dataset.record(frame)
        width, height = dataset.size(frame)
        amodal = {unit["id"]: mask_of(unit["mask_amodal"]) for unit in record["instances"]}
        pixels_of = {(front, behind): px for front, behind, px in record["occlusion"]}
        for front, behind in sorted({(min(pair), max(pair)) for pair in pixels_of if 0 not in pair}):
            found = pixels_of.get((front, behind), 0) + pixels_of.get((behind, front), 0)
            tally.equal(f"frame {frame}: {front} and {behind}", found, np.sum(amodal[front] & amodal[behind]))
        covering = sum((mask.astype(np.int64) for mask in amodal.values()), np.zeros((height, width), np.int64))
        pairs = sum(px for (front, _), px in pixels_of.items() if front > 0)
        tally.equal(f"frame {frame}: pixels of all pairs", pairs, np.sum(covering * (covering - 1) // 2))
        if dataset.manifest["layers"] > 0:
            compare_layers(tally, dataset, frame, amodal)
    return [tally]


def compare_layers(tally, dataset, frame, amodal):
    number = dataset.manifest["layers"]
    with OpenEXR.File(str(dataset.folder / "layers" / f"{frame:06}.exr"), separate_channels=True) as file:
        channels = {name: channel.pixels.copy() for name, channel in file.channels().items()}
    ids = np.stack([channels[f"instance.{k}"] for k in range(number)])
    depths = np.stack([channels[f"depth.{k}"] for k in range(number)])
    where = f"frame {frame}: layers"
    tally.equal(f"{where}: types", [ids.dtype.name, depths.dtype.name], ["uint32", "float32"])
    tally.equal(f"{where}: size", ids.shape[1:], dataset.size(frame)[::-1])
    if "instance" in dataset.planes:
        tally.equal(f"{where}: instance", ids[0], dataset.plane(frame, "instance"))
    if "depth" in dataset.planes:
        tally.equal(f"{where}: depth", depths[0], dataset.plane(frame, "depth"))
    tally.equal(f"{where}: out of order", np.sum(depths[1:] < depths[:-1]) + np.sum(ids[np.isinf(depths)] > 0), 0)
    is_whole = np.isinf(depths[-1])
    for key, mask in amodal.items():
        met = np.any(ids == key, axis=0)
        tally.equal(f"{where}: unit {key}", np.sum(met & ~mask) + np.sum((mask & ~met)[is_whole]), 0)


def webdataset(dataset):
    import webdataset as wds

    tally = Tally("webdataset", "webdataset", "every plane, every field of the record, order, parts")
    for part in dataset.parts:
        shards = sorted((dataset.folder / "webdataset").glob(f"{part}-*.tar"))
        seen = []
        for sample in wds.WebDataset([str(s) for s in shards], shardshuffle=False, empty_check=False) if shards else []:
            frame = int(sample["__key__"].rsplit("/", 1)[-1])
            seen.append(frame)
            tally.equal(f"frame {frame}: record", [json.loads(sample["json"]) == dataset.record(frame)], [True])
            for name, plane in dataset.planes.items():
                file = (dataset.folder / name / f"{frame:06}.{plane['extension']}").read_bytes()
                content = sample[f"{name}.{plane['extension']}"]
                tally.equal(f"frame {frame}: {name}", np.frombuffer(content, np.uint8), np.frombuffer(file, np.uint8))
        tally.equal(f"{part}: frames", seen, dataset.frames_of(part))
    return [tally]


def expected_objects(dataset, frame):
    names = list(dataset.classes().values())
    units = dataset.labelled(frame)
    return {
        "id": [u["id"] for u in units],
        "category": [names.index(dataset.label(u)) for u in units],
        "bbox": [u["bbox_visible"] for u in units],
        "area": [u["visible_px"] for u in units],
        "visibility": [u["visibility"] for u in units],
        "gtin": [u["gtin"] for u in units],
        "sku": [u["sku"] for u in units],
        "name": [u["name"] for u in units],
        "mask": [u["mask_visible"]["counts"] for u in units],
    }


def parquet(dataset):
    import pyarrow.parquet

    tally = Tally("parquet", "pyarrow", "pictures, all columns, records, order, parts")
    for part in dataset.parts:
        seen = []
        for path in sorted((dataset.folder / "parquet").glob(f"{part}-*.parquet")):
            for row in pyarrow.parquet.read_table(path).to_pylist():
                frame = row["frame"]
                seen.append(frame)
                for column, name in [("image", "rgb"), ("instance", "instance")]:
                    if name in dataset.planes:
                        found = np.array(Image.open(io.BytesIO(row[column]["bytes"])))
                        tally.equal(f"frame {frame}: {column}", found, dataset.plane(frame, name))
                tally.equal(f"frame {frame}: size", (row["width"], row["height"]), dataset.size(frame))
                for column, values in expected_objects(dataset, frame).items():
                    where = f"frame {frame}: {column}"
                    tally.equal(where, [json.dumps(v) for v in row["objects"][column]], [json.dumps(v) for v in values])
                tally.equal(f"frame {frame}: record", [json.loads(row["record"]) == dataset.record(frame)], [True])
        tally.equal(f"{part}: frames", seen, dataset.frames_of(part))
    return [tally]


def split_name(part):
    """The part's name in `datasets`, which allows no dash in it, and for which `all` means all of them together."""
    return "train" if part == "all" else part.replace("-", "_")


def huggingface(dataset):
    os.environ.update(HF_HUB_OFFLINE="1", HF_DATASETS_OFFLINE="1", HF_HUB_DISABLE_TELEMETRY="1")
    import datasets

    datasets.disable_progress_bars()
    tally = Tally("parquet", "datasets (Hugging Face), offline", "decoded pictures, class names, boxes, parts")
    files = {}
    for part in dataset.parts:
        found = sorted(str(path) for path in (dataset.folder / "parquet").glob(f"{part}-*.parquet"))
        if found:
            files[split_name(part)] = found
    with tempfile.TemporaryDirectory() as cache:
        compare_huggingface(tally, dataset, datasets.load_dataset("parquet", data_files=files, cache_dir=cache))
    return [tally]


def compare_huggingface(tally, dataset, loaded):
    for part in dataset.parts:
        rows = loaded.get(split_name(part), [])
        tally.equal(f"{part}: frames", [row["frame"] for row in rows], dataset.frames_of(part))
        for row in rows:
            frame, units = row["frame"], dataset.labelled(row["frame"])
            if "rgb" in dataset.planes:
                tally.equal(f"frame {frame}: image", np.asarray(row["image"]), dataset.plane(frame, "rgb"))
            if "instance" in dataset.planes:
                tally.equal(f"frame {frame}: instance", np.asarray(row["instance"]), dataset.plane(frame, "instance"))
            feature = rows.features["objects"]["category"].feature
            names = [feature.int2str(number) for number in row["objects"]["category"]]
            tally.equal(f"frame {frame}: classes", names, [dataset.label(unit) for unit in units])
            boxes = [u["bbox_visible"] for u in units]
            tally.equal(f"frame {frame}: boxes", np.reshape(row["objects"]["bbox"], (-1, 4)), np.reshape(boxes, (-1, 4)))


def npz(dataset):
    tally = Tally("npz", "numpy", "every plane, every field of every unit, camera")
    wholes = ["id", "category_id", "visible_px", "amodal_px", "silhouette_px"]
    plain = [*wholes, "visibility", "truncated", "world_from_object", "size_m", "camera_from_object_quaternion",
             "bbox_amodal", "name", "category"]
    for frame in dataset.frames:
        with np.load(dataset.folder / "npz" / dataset.part_of[frame] / f"{frame:06}.npz", allow_pickle=False) as arrays:
            units = dataset.record(frame)["instances"]
            for name, plane in dataset.planes.items():
                found = arrays[name]
                expected = dataset.plane(frame, name)
                tally.equal(f"frame {frame}: {name}", found.astype(expected.dtype), expected)
            for field in plain:
                expected = np.array([u[field] for u in units])
                tally.equal(f"frame {frame}: {field}", arrays[field].reshape(expected.shape), expected)
            for field in ["gtin", "sku", "brand"]:
                tally.equal(f"frame {frame}: {field}", arrays[field], [u[field] or "" for u in units])
            boxes = [u["bbox_visible"] or [0, 0, 0, 0] for u in units]
            tally.equal(f"frame {frame}: bbox_visible", arrays["bbox_visible"], np.reshape(boxes, (-1, 4)))
            counts = [u["mask_amodal"]["counts"] for u in units]
            tally.equal(f"frame {frame}: mask_amodal", arrays["mask_amodal_counts"], counts)
            angles = [[u["yaw_pitch_roll_deg"][k] for k in ("yaw", "pitch", "roll")] for u in units]
            tally.equal(f"frame {frame}: angles", arrays["yaw_pitch_roll_deg"], np.reshape(angles, (-1, 3)))
            labelled = {u["id"] for u in dataset.labelled(frame)}
            tally.equal(f"frame {frame}: is_labelled", arrays["is_labelled"], [u["id"] in labelled for u in units])
            camera = dataset.record(frame)["camera"]
            matrix = [[camera["fx"], 0, camera["cx"]], [0, camera["fy"], camera["cy"]], [0, 0, 1]]
            tally.equal(f"frame {frame}: camera", arrays["camera_matrix"], np.array(matrix))
            tally.equal(f"frame {frame}: pose", arrays["world_from_camera"], np.array(camera["world_from_camera"]))
    return [tally]


def ply(dataset):
    tally = Tally("ply", "numpy", "colour, unit and depth of every point")
    kind = np.dtype([("at", "<f4", 3), ("rgb", "u1", 3), ("instance", "<u4")])
    for frame in dataset.frames:
        content = (dataset.folder / "points" / f"{frame:06}.ply").read_bytes()
        points = np.frombuffer(content[content.index(b"end_header\n") + 11 :], kind)
        if "depth" not in dataset.planes:
            continue
        depth = dataset.plane(frame, "depth")
        there = np.isfinite(depth)
        tally.equal(f"frame {frame}: points", len(points), there.sum())
        if "rgb" in dataset.planes:
            tally.equal(f"frame {frame}: rgb", points["rgb"], dataset.plane(frame, "rgb")[there])
        if "instance" in dataset.planes:
            tally.equal(f"frame {frame}: instance", points["instance"], dataset.plane(frame, "instance")[there])
        camera_from_world = np.linalg.inv(dataset.record(frame)["camera"]["world_from_camera"])
        found = points["at"].astype(float) @ camera_from_world[:3, :3].T + camera_from_world[:3, 3]
        tally.equal(f"frame {frame}: depth", found[:, 2], depth[there].astype(float), 1e-5)
    return [tally]
