"""Counts the user instructions that the proxy takes a request, by component, with callgrind: the same on every machine.

usage: instructions.py --bin FOLDER --tests FOLDER --objects FOLDER [--requests N] [--record]

Compares with instructions.json beside this file, and fails when a request takes more than 5 % more than recorded;
--record writes it anew. 32 connections are in use, each with one request at a time; the first ones, which make
connections and fill caches, are not counted. A function of the proxy's own belongs to the folder whose objects define
it; what headers of Abseil or of the standard library put into several folders is listed by its namespace.
"""
import argparse
import collections
import json
import os
import re
import subprocess
import sys
import tempfile

import proxies
from bench_peer import BenchError, Peer

RECORD = os.path.join(os.path.dirname(os.path.abspath(__file__)), "instructions.json")
TOLERANCE = 0.05
CONNECTIONS = 32
WARM_UP = 500  # requests


def symbol_folders(objects):
    """Mangled name -> the folder of the sources, for what exactly one folder defines; and for the rest, None."""
    archives = [os.path.join(folder, name) for folder, _, names in os.walk(objects) for name in names
                if name.endswith(".a") and "CMakeFiles" not in folder]
    found = {}
    for archive in archives:
        folder = os.path.relpath(os.path.dirname(archive), objects)
        listing = subprocess.run(["nm", "--defined-only", archive], capture_output=True, text=True, check=True)
        for symbol in re.findall(r"^[0-9a-f]+ [tTwWuV] (\S+)$", listing.stdout, re.MULTILINE):
            found[symbol] = folder if found.get(symbol, folder) == folder else None
    return found


def component(symbol, library, folders):
    """Where the instructions of a function are booked."""
    library = os.path.basename(library)
    if library != "proxy":
        return re.sub(r"[-.].*", "", library) or "unknown"
    symbol = re.sub(r"(\.(cold|isra|part|constprop|lto_priv)[.0-9]*)+$", "", symbol.split("'")[0])
    folder = folders.get(symbol)
    if folder:
        return folder
    if re.search(r"absl|Abseil", symbol):
        return "absl (inline)"
    if re.match(r"_ZN?K?(St|9__gnu_cxx|S[abdios])", symbol):
        return "std (inline)"
    return "proxy (inline)" if symbol in folders else "other"


def self_costs(profile):
    """(function, library) -> instructions of its own, of a profile without compressed positions."""
    costs = collections.Counter()
    names = {}

    def name_of(text):  # "(12) name" defines 12, "(12)" uses it
        match = re.match(r"\((\d+)\)(?: (.*))?$", text)
        if not match:
            return text
        return names.setdefault((kind, match.group(1)), match.group(2))

    library = function = ""
    called = False
    for line in profile.splitlines():
        kind, _, text = line.partition("=")
        if kind in ("ob", "cob"):
            kind, was = "ob", kind
            name = name_of(text)
            library = name if was == "ob" else library
        elif kind in ("fn", "cfn"):
            kind, was = "fn", kind
            name = name_of(text)
            function = name if was == "fn" else function
        elif line.startswith("calls="):
            called = True
        elif re.match(r"[\d+*-]", line):
            if not called:  # the line after calls= is the callee's
                costs[function, library] += int(line.split()[1])
            called = False
    return costs


def measure(arguments):
    """component -> instructions a request."""
    with tempfile.TemporaryDirectory(prefix="heddle-bench-") as folder:
        peer = Peer(os.path.join(arguments.tests, "bench_peer"))
        proxy = None
        try:
            proxies.Heddle.program = os.path.abspath(os.path.join(arguments.bin, "proxy"))
            out = os.path.join(folder, "profile")
            callgrind = ["valgrind", "--tool=callgrind", "--demangle=no", "--compress-pos=no",
                         "--instr-atstart=no", f"--callgrind-out-file={out}", "-q"]
            proxy = proxies.Heddle(folder, peer.ports, os.sched_getaffinity(0), prefix=callgrind)
            peer.connect(proxy.port, CONNECTIONS)
            control(proxy, "instrumentation", "on")
            peer.run("heddle", requests=WARM_UP)
            control(proxy, "zero")
            peer.run("heddle", requests=arguments.requests)
            control(proxy, "dump")
            with open(out + ".1", encoding="utf-8") as f:
                profile = f.read()
        finally:
            if proxy:
                proxy.end()
            peer.end()
    folders = symbol_folders(arguments.objects)
    by_component = collections.Counter()
    functions = collections.Counter()
    for (function, library), cost in self_costs(profile).items():
        by_component[component(function, library, folders)] += cost / arguments.requests
        functions[function] += cost / arguments.requests
    return by_component, functions


def control(proxy, *command):
    done = subprocess.run(["vgdb", f"--pid={proxy.process.pid}", "--wait=30", *command], capture_output=True, text=True,
                          check=False)
    if done.returncode != 0:
        raise BenchError(f"vgdb {' '.join(command)}: {done.stdout}{done.stderr}")


def report(by_component, functions, recorded, top):
    print("user instructions a request, with the proxy's whole path on")
    for name, cost in by_component.most_common():
        if cost >= 1:
            before = recorded.get("components", {}).get(name)
            print(f"  {name:24}{cost:9.0f}" + (f"   recorded {before:7.0f}" if before is not None else ""))
    print(f"  {'total':24}{sum(by_component.values()):9.0f}" +
          (f"   recorded {recorded['total']:7.0f}" if recorded else ""))
    if top:
        names = subprocess.run(["c++filt"], input="\n".join(f for f, _ in functions.most_common(top)),
                               capture_output=True, text=True, check=True).stdout.split("\n")
        print("\nthe dearest functions")
        for name, (_, cost) in zip(names, functions.most_common(top)):
            print(f"  {cost:9.1f}  {name[:100]}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True, help="the folder of the programs")
    parser.add_argument("--tests", required=True, help="the folder of bench_peer")
    parser.add_argument("--objects", required=True, help="the folder of the build, for the symbols of each folder")
    parser.add_argument("--requests", type=int, default=10000)
    parser.add_argument("--top", type=int, default=0, help="list so many functions, too")
    parser.add_argument("--record", action="store_true")
    arguments = parser.parse_args()
    try:
        by_component, functions = measure(arguments)
    except BenchError as error:
        print(f"instructions.py: {error}", file=sys.stderr)
        return 1
    except FileNotFoundError as error:
        print(f"instructions.py: {error.filename} is not there; `make bench-instructions` installs and builds what it takes",
              file=sys.stderr)
        return 1
    recorded = {}
    if os.path.exists(RECORD):
        with open(RECORD, encoding="utf-8") as f:
            recorded = json.load(f)
    report(by_component, functions, recorded, arguments.top)
    total = sum(by_component.values())
    if arguments.record:
        components = {name: round(cost) for name, cost in sorted(by_component.items()) if cost >= 1}
        with open(RECORD, "w", encoding="utf-8") as f:
            json.dump({"total": round(total), "components": components}, f, indent=2)
            f.write("\n")
        print(f"recorded in {os.path.relpath(RECORD)}")
        return 0
    if not recorded:
        print("instructions.py: nothing is recorded; make bench-instructions RECORD=1", file=sys.stderr)
        return 1
    if total > recorded["total"] * (1 + TOLERANCE):
        print(f"instructions.py: a request takes {total:.0f} user instructions, recorded are {recorded['total']}, and "
              f"5 % more are allowed. Make it cheaper, or record the new figure if it is worth it: "
              f"make bench-instructions RECORD=1", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
