#!/usr/bin/env python3
"""Hold endcap's path tracer against Mitsuba 3, where Mitsuba is installed.

    compare_mitsuba.py [ENDCAP]

A small run of benches/peers/compare.py: 96x72 pixels, 4 runs of 64 samples each (about 30 CPU seconds). Demands that no
object's brightness differs by more than 2.5 % beyond four standard errors. Needs mitsuba, numpy, OpenEXR and Pillow.
Exit code 0: equal, or skipped aloud because a module is missing (an error if REQUIRE_MITSUBA=1); 1: a difference.
"""

import os
import pathlib
import sys
import tempfile

PEERS = pathlib.Path(__file__).resolve().parents[2] / "benches" / "peers"
BIAS = 0.025
SIGMAS = 4.0


def main(arguments):
    if len(arguments) > 1:
        print(__doc__, file=sys.stderr)
        return 2
    sys.path.insert(0, str(PEERS))
    try:
        import compare
        import endcap
        import statistics_of
    except ImportError as error:
        print(f"SKIPPED: endcap was NOT compared with Mitsuba, because {error}", file=sys.stderr)
        return 1 if os.environ.get("REQUIRE_MITSUBA") == "1" else 0
    program = endcap.command(arguments[0] if arguments else None)
    with tempfile.TemporaryDirectory() as folder:
        found = compare.compare(pathlib.Path(folder), program, (96, 72), spp=64, runs=4, variant=None)
    print(statistics_of.markdown(found))
    wrong = [d for d in found if abs(d.bias) > BIAS + SIGMAS * d.error]
    for d in wrong:
        print(f"{d.name}: endcap is {d.bias:+.2%} off, with a standard error of {d.error:.2%}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
