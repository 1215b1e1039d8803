"""Fixtures: the programs as processes, back ends to route to, and a scratch folder; everything ends with the test."""
import os
import pathlib

import pytest

import mesh

BIN = pathlib.Path(os.environ["HEDDLE_BIN"])


@pytest.fixture
def run(tmp_path):
    """run(program, *args) -> mesh.Process; killed at the end of the test."""
    started = []

    def start(program, *args, **kwargs):
        log = tmp_path / f"{program}-{len(started)}.log"
        process = mesh.Process([str(BIN / program), *map(str, args)], log, cwd=tmp_path, **kwargs)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()


@pytest.fixture
def backend():
    """backend(**options) -> mesh.Backend, a server that records what it is asked."""
    started = []

    def start(**options):
        server = mesh.Backend(**options)
        started.append(server)
        return server

    yield start
    for server in started:
        server.close()


@pytest.fixture
def heddle(tmp_path, run):
    """A mesh under construction: see mesh.Mesh."""
    return mesh.Mesh(tmp_path, run)
