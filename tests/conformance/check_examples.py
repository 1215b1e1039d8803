"""Runs proxy --validate and namerd --validate on examples/: each file is one that users of Linkerd 1.x have.

usage: check_examples.py BIN

A file proxy-*.yaml is for the proxy, namerd-*.yaml for namerd. Exit status 1 and what was said if one is refused.
"""
import pathlib
import subprocess
import sys


def main():
    binaries = pathlib.Path(sys.argv[1]).resolve()
    folder = pathlib.Path(__file__).resolve().parent / "examples"
    examples = sorted(folder.glob("*.yaml"))
    refused = 0
    for example in examples:
        program = binaries / example.name.split("-")[0]
        run = subprocess.run([program, "--validate", example.name], cwd=folder, capture_output=True, text=True, timeout=60)
        if run.returncode != 0:
            refused += 1
            print(f"{example.name} is refused:\n{run.stdout}{run.stderr}")
    print(f"{len(examples) - refused} accepted, {refused} refused")
    return 1 if refused or not examples else 0


if __name__ == "__main__":
    sys.exit(main())
