"""Stands in for the parts of torch and OpenCV that the readers of torchvision and ultralytics import and never use.

Both packages need torch, which is gigabytes from PyPI; the code that reads labels computes nothing with it. So the
real readers run, from their real packages, and only names that they import come from here. A reader that did compute
with torch would get a `StandIn` instead of numbers, and every comparison would fail.
"""

import contextlib
import functools
import importlib.abc
import importlib.machinery
import importlib.util
import os
import pathlib
import sys
import tempfile
import types

ROOTS = ("torch", "cv2")


def stand_in(name):
    """What stands under a name: a warning or an error where it is called so, else anything."""
    if name.startswith("__"):
        raise AttributeError(name)
    for ending, kind in [("Warning", Warning), ("Error", Exception), ("Exception", Exception)]:
        if name.endswith(ending):
            return type(name, (kind,), {})
    return StandIn


class Meta(type):
    def __getattr__(cls, name):
        return stand_in(name)

    def __iter__(cls):
        return iter(())

    def __or__(cls, other):
        return cls

    __ror__ = __and__ = __ror__ = __or__


class StandIn(metaclass=Meta):
    """Can be a base class, a decorator, a type in brackets, a constant; does nothing."""

    def __init__(self, *args, **kwargs):
        pass

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__()

    def __class_getitem__(cls, item):
        return cls

    def __call__(self, *args, **kwargs):
        # As a decorator it leaves what it decorates.
        return args[0] if len(args) == 1 and callable(args[0]) and not kwargs else self

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return StandIn()

    def __enter__(self):
        return self

    def __exit__(self, *args):
        return False


class Module(types.ModuleType):
    __version__ = "2.9.0"
    __path__ = []

    def __getattr__(self, name):
        return stand_in(name)


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ROOTS:
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec):
        return Module(spec.name)

    def exec_module(self, module):
        pass


@contextlib.contextmanager
def installed():
    """Puts the stand-ins in place for a while, where the real packages are not there. Other readers must not see them:
    some look whether torch is there, and behave otherwise if it is."""
    finder = Finder()
    if all(importlib.util.find_spec(root) is None for root in ROOTS):
        sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        if finder in sys.meta_path:
            sys.meta_path.remove(finder)
            for name in [name for name in sys.modules if name.split(".")[0] in ROOTS]:
                del sys.modules[name]


@functools.cache
def torchvision_datasets():
    """The modules of `torchvision.datasets` that read COCO, VOC and KITTI, without the rest of the package: that
    registers operators with torch when it is imported."""
    location = importlib.util.find_spec("torchvision").submodule_search_locations[0]
    for package in ["torchvision", "torchvision.datasets"]:
        module = types.ModuleType(package)
        module.__path__ = [str(pathlib.Path(location, *package.split(".")[1:]))]
        sys.modules[package] = module
    # The last of these says where downloads would go; nothing is downloaded.
    for name in ["torchvision.utils", "torchvision.transforms", "torchvision._internally_replaced_utils"]:
        sys.modules[name] = Module(name)
    sys.modules["torchvision.utils"]._log_api_usage_once = lambda *args: None
    with installed():
        names = ["utils", "vision", "coco", "voc", "kitti"]
        loaded = {name: importlib.import_module(f"torchvision.datasets.{name}") for name in names}
    for name in [name for name in sys.modules if name.split(".")[0] == "torchvision"]:
        del sys.modules[name]
    return loaded


@functools.cache
def ultralytics_data():
    """The module of ultralytics that checks labels. It writes its settings into a folder that is gone afterwards."""
    with installed(), tempfile.TemporaryDirectory() as settings:
        os.environ.update(YOLO_CONFIG_DIR=settings, YOLO_OFFLINE="true", YOLO_VERBOSE="false")
        return importlib.import_module("ultralytics.data.utils")
