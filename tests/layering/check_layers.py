"""Holds every #include of the tree against the edges that layer() declared.

usage: check_layers.py SOURCE_ROOT LAYERS_TXT

LAYERS_TXT is written by CMake, a line a layer: "lib/dtab: lib/base". A file may include headers of its own folder, of
the layers its folder declares, and of what those declare in turn. Refused: any other include, a cycle among layers, a
cycle among headers, a folder with C++ in it that no layer() names, and an edge between two of the programs' blocks.
Exit status 1 with one line for each offence.
"""
import os
import re
import sys

BLOCKS = ("lib", "proxy", "namerd", "namerctl", "k8s")
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.M)


def read_layers(text):
    layers = {}
    for line in text.splitlines():
        if line.strip():
            name, _, deps = line.partition(":")
            layers[name.strip()] = deps.split()
    return layers


def find_cycle(graph):
    """A cycle of `graph` (node -> successors) as a list that starts and ends with the same node, or None."""
    state, stack = {}, []

    def visit(node):
        state[node] = "open"
        stack.append(node)
        for successor in graph.get(node, ()):
            if state.get(successor) == "open":
                return stack[stack.index(successor):] + [successor]
            if successor not in state:
                cycle = visit(successor)
                if cycle:
                    return cycle
        stack.pop()
        state[node] = "done"
        return None

    for node in graph:
        if node not in state:
            cycle = visit(node)
            if cycle:
                return cycle
    return None


def reachable(layers, name):
    seen, todo = set(), [name]
    while todo:
        layer = todo.pop()
        if layer not in seen:
            seen.add(layer)
            todo.extend(layers.get(layer, ()))
    return seen


def check(root, layers):
    """The offences of the tree below `root`, a sentence each."""
    offences = []
    for name, deps in layers.items():
        for dep in deps:
            if dep not in layers and dep != "proto":
                offences.append(f"{name}: declares {dep}, which is no layer")
            block, dep_block = name.split("/")[0], dep.split("/")[0]
            if dep_block in BLOCKS and dep_block not in ("lib", block):
                offences.append(f"{name}: declares {dep}; only lib is shared between blocks")
    cycle = find_cycle(layers)
    if cycle:
        offences.append("layers in a cycle: " + " -> ".join(cycle))
    header_graph = {}
    for block in BLOCKS:
        for folder, _, files in os.walk(os.path.join(root, block)):
            layer = os.path.relpath(folder, root)
            sources = sorted(f for f in files if f.endswith((".h", ".cc")))
            # A block's own folder holds its composition root, which may include all of the block.
            is_root = layer == block or os.path.dirname(layer) == "k8s"
            if sources and layer not in layers and not is_root:
                offences.append(f"{layer}: has C++ files but no layer() in a CMakeLists.txt")
                continue
            allowed = reachable(layers, layer)
            for source in sources:
                path = f"{layer}/{source}"
                with open(os.path.join(root, path), encoding="utf-8") as f:
                    includes = INCLUDE.findall(f.read())
                header_graph[path] = [i for i in includes if i.endswith(".h")]
                for include in includes:
                    target = os.path.dirname(include)
                    if target.split("/")[0] not in BLOCKS:
                        continue
                    if layer in layers and target not in allowed:
                        offences.append(f"{path}: includes {include}, but {layer} does not declare {target}")
                    elif layer not in layers and target.split("/")[0] not in ("lib", layer.split("/")[0]):
                        offences.append(f"{path}: includes {include} of another program")
    cycle = find_cycle(header_graph)
    if cycle:
        offences.append("headers in a cycle: " + " -> ".join(cycle))
    return offences


def main(argv):
    if len(argv) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    with open(argv[2], encoding="utf-8") as f:
        layers = read_layers(f.read())
    offences = check(argv[1], layers)
    for offence in offences:
        print(offence)
    print(f"{len(layers)} layers, {len(offences)} offences")
    return 1 if offences or not layers else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
