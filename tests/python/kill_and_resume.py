#!/usr/bin/env python3
"""Write a dataset in every format, kill the writing again and again, and compare with a run that nobody disturbed.

    kill_and_resume.py ENDCAP FOLDER [--frames N] [--kills K] [--seed S] [--render "ARGUMENTS"]

ENDCAP is the command, FOLDER an empty or missing one for the datasets. Runs `endcap render` for N frames undisturbed,
and for a tenth of them, and tells the peak of each run's memory (resident set). Then runs it again and ends it with
SIGKILL after a random time, K times, each time resuming; lets it finish; and compares the two folders byte by byte.
Only Python's own library is needed. Exit code 0: equal; 1: a difference; 2: bad usage.
"""

import argparse
import filecmp
import os
import pathlib
import random
import shlex
import signal
import subprocess
import sys
import time

RENDER = "default --seed 7 --size 64x64 --spp 1 --planes rgb,instance,depth --adapter cpu --format all --depth-scale 1"


def start(arguments, folder, frames):
    command = [arguments.endcap, "render", *shlex.split(arguments.render), "--frames", f"0..{frames}"]
    command += ["--shard-frames", str(max(frames // 8, 2)), "--split", "train=0.8,val=0.1,test=0.1"]
    return subprocess.Popen([*command, "--out", str(folder), "--resume", "--quiet"])


def finish(process):
    """Waits for the end: exit code, peak of the resident set in MiB."""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, usage.ru_maxrss / 1024


def undisturbed(arguments, folder, frames):
    started = time.monotonic()
    code, peak = finish(start(arguments, folder, frames))
    if code != 0:
        sys.exit(f"{arguments.endcap} ended with {code}")
    seconds = time.monotonic() - started
    print(f"{frames} frames: {seconds:.1f} s, peak of memory {peak:.0f} MiB", flush=True)
    return seconds


def journal(folder):
    path = folder / ".endcap" / "journal.jsonl"
    return path.read_bytes().count(b"\n") if path.exists() else 0


def killed(arguments, folder, seconds):
    """Ends the run at random times; true if every kill came before its end."""
    chance = random.Random(arguments.seed)
    for kill in range(arguments.kills):
        process = start(arguments, folder, arguments.frames)
        # A share of what is left, so that every later kill still finds something to end, and the last frames in work.
        before, more = journal(folder), arguments.kills - kill
        goal = before + max(1, int(chance.uniform(0.1, 0.6) / (more + 1) * (arguments.frames - before)))
        limit = time.monotonic() + 600
        while journal(folder) < goal and process.poll() is None and time.monotonic() < limit:
            time.sleep(0.005)
        time.sleep(chance.uniform(0.0, 1.0) * seconds / arguments.frames)
        if process.poll() is not None:
            print(f"kill {kill + 1}: the run was over already, with {process.returncode}")
            return False
        process.send_signal(signal.SIGKILL)
        finish(process)
        print(f"kill {kill + 1}: {before} frames before, {journal(folder)} after", flush=True)
    return True


def differences(one, other):
    """Paths that only one of the folders has, or that differ."""
    files = [{path.relative_to(root) for path in root.rglob("*") if path.is_file()} for root in (one, other)]
    yield from (f"only in one: {path}" for path in sorted(files[0] ^ files[1]))
    for path in sorted(files[0] & files[1]):
        if not filecmp.cmp(one / path, other / path, shallow=False):
            yield f"differs: {path}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("endcap")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--frames", type=int, default=24)
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--seed", type=int, default=None, help="of the times of the kills")
    parser.add_argument("--render", default=RENDER)
    arguments = parser.parse_args()
    if arguments.seed is None:
        arguments.seed = random.randrange(1 << 32)
    print(f"times of the kills: --seed {arguments.seed}", flush=True)
    whole, cut = arguments.folder / "whole", arguments.folder / "killed"
    undisturbed(arguments, arguments.folder / "tenth", max(arguments.frames // 10, 1))
    seconds = undisturbed(arguments, whole, arguments.frames)
    if not killed(arguments, cut, seconds):
        return 1
    code, peak = finish(start(arguments, cut, arguments.frames))
    print(f"resumed to the end: exit code {code}, peak of memory {peak:.0f} MiB")
    found = list(differences(whole, cut))
    for line in found[:20]:
        print(line)
    files = [path for path in whole.rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files)
    print(f"{len(files)} files, {size / 2**20:.1f} MiB, {len(found)} differences")
    return 1 if found or code != 0 else 0


if __name__ == "__main__":
    sys.exit(main())
