"""BOP: its JSON, masks and depth with json and Pillow, and its counts again from models and poses with Embree."""

import json

import numpy as np
from PIL import Image

from .truth import Tally, mask_of

# A pixel of a silhouette whose centre lies this near to the outline may be counted differently by two ray casters.
EDGE = 1e-3


def scenes(dataset):
    size = dataset.export["shard_frames"]
    for frame in dataset.frames:
        number = (frame - dataset.frames.start) // size
        yield frame, dataset.folder / "bop" / dataset.part_of[frame] / f"{number:06}"


def read(path, cache={}):
    if path not in cache:
        cache[path] = json.loads(path.read_text())
    return cache[path]


def plain(dataset):
    tally = Tally("bop", "json, Pillow, trimesh", "poses, cameras, masks, depth, counts, objects, models")
    models = dataset.folder / "bop" / "models"
    products = json.loads((dataset.folder / "bop" / "products.json").read_text())
    infos = json.loads((models / "models_info.json").read_text())
    used = set()
    for frame, scene in scenes(dataset):
        key = str(frame)
        record, units = dataset.record(frame), dataset.labelled(frame)
        camera, poses = read(scene / "scene_camera.json")[key], read(scene / "scene_gt.json")[key]
        counts = read(scene / "scene_gt_info.json")[key]
        tally.equal(f"frame {frame}: units", [p["instance"] for p in poses], [u["id"] for u in units])
        native = record["camera"]
        matrix = [native["fx"], 0, native["cx"] - 0.5, 0, native["fy"], native["cy"] - 0.5, 0, 0, 1]
        tally.equal(f"frame {frame}: cam_K", camera["cam_K"], np.array(matrix, float))
        terms = [native["distortion"][k] for k in ("k1", "k2", "p1", "p2", "k3")]
        tally.equal(f"frame {frame}: cam_dist", camera.get("cam_dist", [0.0] * 5), terms)
        camera_from_world = np.linalg.inv(native["world_from_camera"])
        tally.equal(f"frame {frame}: cam_R_w2c", camera["cam_R_w2c"], camera_from_world[:3, :3].ravel(), 1e-9)
        tally.equal(f"frame {frame}: cam_t_w2c", camera["cam_t_w2c"], camera_from_world[:3, 3] * 1000, 1e-6)
        if "rgb" in dataset.planes:
            picture = np.array(Image.open(scene / "rgb" / f"{frame:06}.png"))
            tally.equal(f"frame {frame}: rgb", picture, dataset.plane(frame, "rgb"))
        depth = np.array(Image.open(scene / "depth" / f"{frame:06}.png")).astype(float) * camera["depth_scale"]
        tally.equal(f"frame {frame}: depth_scale", camera["depth_scale"], dataset.export["depth_scale_mm"])
        if "depth" in dataset.planes:
            expected = dataset.plane(frame, "depth").astype(float) * 1000
            expected[np.isinf(expected)] = 0
            tally.equal(f"frame {frame}: depth", depth, expected, camera["depth_scale"] * 0.5001)
        for i, (unit, pose, count) in enumerate(zip(units, poses, counts)):
            where = f"frame {frame}, unit {unit['id']}"
            used.add(str(pose["obj_id"]))
            tally.equal(f"{where}: product", products[str(pose["obj_id"])]["sku"], unit["sku"])
            camera_from_object = camera_from_world @ np.array(unit["world_from_object"])
            tally.equal(f"{where}: cam_R_m2c", pose["cam_R_m2c"], camera_from_object[:3, :3].ravel(), 1e-9)
            tally.equal(f"{where}: cam_t_m2c", pose["cam_t_m2c"], camera_from_object[:3, 3] * 1000, 1e-6)
            for kind, field in [("mask", "mask_amodal"), ("mask_visib", "mask_visible")]:
                mask = np.array(Image.open(scene / kind / f"{frame:06}_{i:06}.png"))
                tally.equal(f"{where}: {kind}", mask, mask_of(unit[field]) * np.uint8(255))
            tally.equal(f"{where}: px_count_all", count["px_count_all"], unit["silhouette_px"])
            tally.equal(f"{where}: px_count_visib", count["px_count_visib"], unit["visible_px"])
            tally.equal(f"{where}: px_count_valid", count["px_count_valid"], np.sum(depth[mask_of(unit["mask_amodal"])] > 0))
            tally.equal(f"{where}: visib_fract", count["visib_fract"], unit["visible_px"] / unit["silhouette_px"])
            tally.equal(f"{where}: bbox_visib", count["bbox_visib"], unit["bbox_visible"])
            if not unit["truncated"]:
                tally.equal(f"{where}: bbox_obj", count["bbox_obj"], unit["bbox_amodal"])
            size = [infos[str(pose["obj_id"])][f"size_{axis}"] for axis in "xyz"]
            tally.equal(f"{where}: size", size, np.array(unit["size_m"]) * 1000, 1e-3)
    tally.equal("objects", sorted(infos), sorted(used))
    for number, info in infos.items():
        mesh = load(models / f"obj_{int(number):06}.ply")
        low, high = mesh.bounds
        tally.equal(f"object {number}: least", [info[f"min_{axis}"] for axis in "xyz"], low, 1e-9)
        tally.equal(f"object {number}: size", [info[f"size_{axis}"] for axis in "xyz"], high - low, 1e-9)
        far = np.unique(mesh.vertices, axis=0)
        tally.equal(f"object {number}: diameter", info["diameter"], widest(far), 1e-6)
    return [tally]


def load(path):
    import trimesh

    return trimesh.load(path, process=False, force="mesh")


def widest(points):
    from scipy.spatial import ConvexHull
    from scipy.spatial.distance import pdist

    try:
        points = points[ConvexHull(points).vertices]
    except Exception:  # flat models have no hull
        pass
    return pdist(points).max()


def directions(camera, distortion, pixels):
    """Rays through pixel centres, z = 1: OpenCV's lens model undone by fixed-point steps, then Newton's are not needed
    for the small terms of our recipes (checked: the residual is below 1e-10)."""
    fx, _, cx, _, fy, cy, *_ = camera["cam_K"]
    wanted = (pixels - [cx, cy]) / [fx, fy]
    k1, k2, p1, p2, k3 = distortion
    ideal = wanted.copy()
    for _ in range(100):
        x, y = ideal[:, 0], ideal[:, 1]
        r2 = x * x + y * y
        radial = 1 + r2 * (k1 + r2 * (k2 + r2 * k3))
        shift = np.stack([2 * p1 * x * y + p2 * (r2 + 2 * x * x), p1 * (r2 + 2 * y * y) + 2 * p2 * x * y], 1)
        ideal = (wanted - shift) / radial[:, None]
    x, y = ideal[:, 0], ideal[:, 1]
    r2 = x * x + y * y
    radial = 1 + r2 * (k1 + r2 * (k2 + r2 * k3))
    again = np.stack([x * radial + 2 * p1 * x * y + p2 * (r2 + 2 * x * x),
                      y * radial + p1 * (r2 + 2 * y * y) + 2 * p2 * x * y], 1)
    assert np.abs(again - wanted).max(initial=0) < 1e-10, "the lens model was not undone"
    return np.concatenate([ideal, np.ones((len(ideal), 1))], 1)


def casts(mesh, camera_from_object, rays):
    """True for rays from the camera that meet the model."""
    from trimesh.ray.ray_pyembree import RayMeshIntersector

    rotation, shift = camera_from_object[:3, :3], camera_from_object[:3, 3]
    origin = -rotation.T @ shift
    caster = RayMeshIntersector(mesh, scale_to_box=False)
    return caster.intersects_any(np.broadcast_to(origin, rays.shape), rays @ rotation)


def recomputed(dataset):
    """`px_count_all` and the masks again, by Embree from the models and poses alone. Pixels where four rays around the
    centre, `EDGE` of a pixel away and more for Embree's single precision, do not agree may differ: they are counted."""
    tally = Tally("bop", "trimesh + Embree", "silhouettes, px_count_all, visib_fract from models and poses")
    models = {}
    excused = total = 0
    for frame, scene in scenes(dataset):
        key = str(frame)
        camera, width_height = read(scene / "scene_camera.json")[key], dataset.size(frame)
        distortion = camera.get("cam_dist", [0.0] * 5)
        poses, counts = read(scene / "scene_gt.json")[key], read(scene / "scene_gt_info.json")[key]
        for i, (pose, count) in enumerate(zip(poses, counts)):
            if count.get("silhouette_is_cut"):
                continue
            number = pose["obj_id"]
            if number not in models:
                models[number] = load(dataset.folder / "bop" / "models" / f"obj_{number:06}.ply")
            transform = np.eye(4)
            transform[:3, :3] = np.reshape(pose["cam_R_m2c"], (3, 3))
            transform[:3, 3] = pose["cam_t_m2c"]
            x, y, w, h = count["bbox_obj"]
            rows, columns = np.mgrid[y - 2 : y + h + 2, x - 2 : x + w + 2]
            pixels = np.stack([columns.ravel(), rows.ravel()], 1).astype(float)
            hit = casts(models[number], transform, directions(camera, distortion, pixels))
            near = np.zeros(len(pixels), bool)
            for offset in [(EDGE, 0), (-EDGE, 0), (0, EDGE), (0, -EDGE)]:
                shifted = casts(models[number], transform, directions(camera, distortion, pixels + offset))
                near |= shifted != hit
            where = f"frame {frame}, unit {pose['instance']}"
            inside = (columns.ravel() >= 0) & (rows.ravel() >= 0)
            inside &= (columns.ravel() < width_height[0]) & (rows.ravel() < width_height[1])
            mask = np.array(Image.open(scene / "mask" / f"{frame:06}_{i:06}.png")) > 0
            found = mask[rows.ravel()[inside & ~near], columns.ravel()[inside & ~near]]
            tally.equal(f"{where}: mask", found, hit[inside & ~near])
            off = abs(int(hit.sum()) - count["px_count_all"])
            tally.equal(f"{where}: px_count_all off by {off}", off <= near.sum(), True)
            fraction = count["px_count_visib"] / max(int(hit.sum()), 1)
            slack = (near.sum() + 1e-9) / max(count["px_count_all"], 1)
            tally.equal(f"{where}: visib_fract", abs(fraction - count["visib_fract"]) <= slack, True)
            excused += int(near.sum())
            total += len(pixels)
    tally.what += f" ({excused} of {total} pixels within {EDGE} px of an edge)"
    return [tally]
