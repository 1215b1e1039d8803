"""Searches for inputs that break something, with each fuzzer for a while.

usage: run.py --bin FOLDER --work FOLDER [--seconds N] [NAME...]

--bin holds the NAME_fuzzer programs, made with libFuzzer (preset fuzz). --work keeps what is found from one run to the next:
found/NAME, inputs that reach something new, and crashes/, inputs that break something. Exit status 1 if there is one.
"""
import argparse
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
SLOW = 60  # seconds that no input may take
MAX_BYTES = 4096


def search(name, arguments):
    """True if nothing broke."""
    found = os.path.join(arguments.work, "found", name)
    crashes = os.path.join(arguments.work, "crashes")
    os.makedirs(found, exist_ok=True)
    os.makedirs(crashes, exist_ok=True)
    program = os.path.join(arguments.bin, name + "_fuzzer")
    log = os.path.join(arguments.work, name + ".log")
    print(f"==> {name}: {arguments.seconds} s", flush=True)
    before = set(os.listdir(crashes))
    with open(log, "wb") as out:
        status = subprocess.run(
            # Entropic scheduling takes a third of the time for its own books, with inputs that reach this much.
            [program, f"-max_total_time={arguments.seconds}", f"-timeout={SLOW}", f"-max_len={MAX_BYTES}",
             f"-artifact_prefix={crashes}/{name}-", "-print_final_stats=1", "-entropic=0",
             found, os.path.join(HERE, "corpus", name)],
            stdout=out, stderr=out, check=False).returncode
    with open(log, encoding="utf-8", errors="replace") as f:
        lines = f.read().splitlines()
    if status == 0:
        runs = next((line.split()[-1] for line in lines if line.startswith("stat::number_of_executed_units")), "?")
        print(f"    {runs} inputs, nothing broke", flush=True)
        return True
    print("\n".join(lines[-60:]))
    for new in sorted(set(os.listdir(crashes)) - before):
        path = os.path.join(crashes, new)
        print(f"\n{name} broke. The input is {path}; once more, alone:\n    {program} {path}\n"
              f"When it is mended, copy it to {os.path.join(HERE, 'corpus', name)}/ under a name that says what it is: "
              "'make test' replays it from then on.", flush=True)
    print(f"    the whole log: {log}", flush=True)
    return False


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("names", nargs="*", metavar="NAME")
    arguments = parser.parse_args()
    known = sorted(os.listdir(os.path.join(HERE, "corpus")))
    unknown = sorted(set(arguments.names) - set(known))
    if unknown or arguments.seconds < 1:
        parser.error(f"no fuzzer {', '.join(unknown)}: there are {', '.join(known)}" if unknown
                     else "--seconds: at least 1")
    results = [search(name, arguments) for name in arguments.names or known]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
