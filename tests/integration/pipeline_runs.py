"""What the pipelines run in: a mesh with the sample application, and the runners of Jenkins, Actions and a shell."""
import itertools
import json
import os
import pathlib
import re
import shutil
import subprocess

import conftest
import pytest
import yaml
from mesh import Load, eventually, request
from pipeline_kubectl import Cluster

HERE = pathlib.Path(__file__).parent
K8S = HERE.parent.parent / "k8s"
# Comments and spacing are a user's: they have to be there when all is over.
RULE = "/host/world  => /srv/world-v1 ;"
INTERNAL = f"""# who serves what
/svc  => /host ;
/host => /srv ;
/srv  => /#/io.l5d.fs ;
{RULE}   # the present one
"""
EXTERNAL = "/host => /#/io.l5d.fs/hello ; /svc/* => /host ;"
EDGE = """- protocol: http
  label: external
  interpreter: {{kind: io.l5d.mesh, dst: /$/inet/127.0.0.1/{port}, root: /external}}
  servers:
  - {{ip: 127.0.0.1, port: 0}}
"""
GOOD, BAD = "-text=earth", "-text=earth -failure-rate=0.3"  # what the next version of world may be
JAVA_OPTS = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"  # a start in half the time, on one core
LIMIT = 120  # seconds for a pipeline; only a defect reaches it


class World:
    """hello and world-v1 behind two proxies, a load on both, and a repository with the next version of world."""

    def __init__(self, heddle):
        self.heddle, self.folder = heddle, heddle.folder
        self.loads = []
        heddle.start_namerd()
        heddle.put_dtab(INTERNAL)
        heddle.put_dtab(EXTERNAL, "external")
        self.cluster = Cluster(heddle)
        edge = EDGE.format(port=heddle.mesh_port)
        self.proxies = [heddle.start_proxy(f"proxy-{i + 1}", router=edge) for i in range(2)]
        self.edges = [proxy.port("external") for proxy in self.proxies]
        for name in ("hello.yml", "world.yml"):
            self.cluster.call(["--namespace=default", "apply", "--filename=-"], self.manifest(name))
        self.repository = self.folder / "repository"
        shutil.copytree(K8S, self.repository / "k8s")
        self.git("init", "--quiet", "--initial-branch=main")
        self.commit(GOOD)
        eventually(lambda: self.ask().status == 200, "hello and world answer")
        # Calls of world through both: by hello, whose pod is at the first proxy, and by somebody at the second.
        self.loads = [Load(self.edges[0], host="hello", clients=2, pause=0.01),
                      Load(self.proxies[1].http, host="world", clients=2, pause=0.01)]
        for load in self.loads:
            load.wait_for(10)

    def manifest(self, name):
        """Ours; hello's pods call through the first proxy, as they do through that of their node."""
        text = (K8S / "helloworld" / name).read_text()
        proxy = f"127.0.0.1:{self.proxies[0].http}"
        return text.replace('"-target=world"]', f'"-target=world", "-proxy={proxy}"]')

    def git(self, *words):
        identity = ["-c", "user.name=a", "-c", "user.email=a@localhost"]
        subprocess.run(["git", *identity, *words], cwd=self.repository, check=True)

    def commit(self, arguments):
        """The next version of world takes `arguments`; gates are judged after 300 ms, or when enough has come."""
        manifest = self.repository / "k8s/helloworld/world.yml"
        words = ", ".join(f'"{word}"' for word in arguments.split())
        manifest.write_text(re.sub(r'args: \[.*\]', f'args: ["-addr=:7778", {words}]', manifest.read_text()))
        gates = self.repository / "k8s/ci/gates.yaml"
        changed = gates.read_text().replace("dwell: 30s ", "dwell: 300ms ").replace("maxP99: 250ms", "maxP99: 9s")
        gates.write_text(changed.replace("minRequests: 50 ", "minRequests: 20 "))
        self.git("add", ".")
        self.git("commit", "--quiet", "--allow-empty", "-m", arguments)

    def ask(self, headers=None):
        return request(self.edges[0], headers={"Host": "hello", **(headers or {})})

    def dtab(self, namespace="internal"):
        """As it was written, comments included."""
        return json.loads(self.heddle.api("GET", f"/api/1/dtabs/{namespace}/history?limit=1").body)[0]["dtab"]

    def shift(self):
        response = self.heddle.api("GET", "/api/1/shifts/internal?prefix=/host/world")
        return response.json() if response.status == 200 else None

    def environment(self):
        return {**os.environ, "PATH": f"{self.cluster.bin}:{conftest.BIN}:{os.environ['PATH']}",
                "NAMERCTL_BASE_URL": f"http://127.0.0.1:{self.heddle.api_port}"}

    def mesh_url(self):
        return f"http://127.0.0.1:{self.edges[0]}"

    def assert_as_it_was(self):
        """The rule byte for byte, one version of world, and every answer from it."""
        assert self.dtab() == INTERNAL
        assert set(self.cluster.deployments) == {"hello", "world-v1"}
        assert " world (" in self.ask().text

    def assert_shifted(self):
        assert self.dtab() == INTERNAL.replace("/srv/world-v1", "/srv/world-v2")
        assert set(self.cluster.deployments) == {"hello", "world-v2"}
        assert " earth (" in self.ask().text

    def close(self):
        for load in self.loads:
            load.stop()
        self.cluster.close()

    def stop_load(self):
        """What failed; there was something that could."""
        loads, self.loads = self.loads, []
        for load in loads:
            load.wait_for(10)
        return [failure for load in loads for failure in load.stop()]


@pytest.fixture
def world(heddle):
    made = World(heddle)
    yield made
    made.close()


class Ended:
    """How a pipeline ended, as it is called there, and what was run: {"stage", "line", "sh", "status", "out"}."""

    def __init__(self, result, steps, inputs, output):
        self.result, self.steps, self.inputs, self.output = result, steps, inputs, output

    def __repr__(self):
        return f"{self.result} after {[(step['stage'], step['status']) for step in self.steps]}:\n{self.output}"


_numbers = itertools.count()


def run_logged(argv, folder, environment):
    return subprocess.run(argv, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=LIMIT, check=False)


def run_jenkins(world, file, answers="", fail=0, **parameters):
    """`answers`: of the person at the inputs; `fail`: the number of the sh step that is said to have failed."""
    workspace = world.folder / f"workspace-{next(_numbers)}"
    workspace.mkdir()
    log = workspace.with_suffix(".log")
    given = {"gitRepo": str(world.repository), "meshUrl": world.mesh_url(),
             "namerdUrl": world.environment()["NAMERCTL_BASE_URL"], **parameters}
    environment = {**world.environment(), "BUILD_TAG": f"jenkins-{workspace.name}",
                   "JAVA_OPTS": JAVA_OPTS}
    del environment["NAMERCTL_BASE_URL"]  # the pipeline's own
    runner = ["groovy", HERE / "pipeline_jenkins.groovy", K8S / "jenkins" / file, workspace, log, answers, str(fail)]
    done = run_logged(runner + [f"{name}={value}" for name, value in given.items()], world.folder, environment)
    assert done.returncode == 0, done.stdout
    told = [json.loads(line) for line in log.read_text().splitlines()]
    inputs = [one["input"] for one in told if "input" in one]
    return Ended(told[-1]["result"], [one for one in told if "sh" in one], inputs, done.stdout)


def run_script(world):
    """k8s/ci/shift.sh as a process group of its own, as a CI system starts it."""
    environment = {**world.environment(), "meshUrl": world.mesh_url()}
    return subprocess.Popen(["k8s/ci/shift.sh"], cwd=world.repository, env=environment, stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True)


class Workflow:
    """Runs k8s/ci/github-actions.yml as GitHub does, as far as it goes: jobs by their needs, each `run` in bash -e."""

    def __init__(self, world):
        self.world = world
        self.document = yaml.safe_load((K8S / "ci" / "github-actions.yml").read_text())
        inputs = self.document[True]["workflow_dispatch"]["inputs"]  # YAML 1.1 reads the key `on` so
        self.values = {f"inputs.{name}": one["default"] for name, one in inputs.items()}
        self.values |= {"vars.NAMERCTL_BASE_URL": world.environment()["NAMERCTL_BASE_URL"],
                        "vars.MESH_URL": world.mesh_url(), "github.repository": "us/world", "github.run_id": "1"}
        self.steps, self.output, self.results = [], "", {}

    def fill(self, mapping, values):
        """Every ${{ name }} has to be one that there is, but for outputs of steps that have not come that far."""
        def value(match):
            return values.get(match.group(1), "") if match.group(1).startswith("steps.") else values[match.group(1)]
        return {key: re.sub(r"\$\{\{ ([\w.-]+) \}\}", value, text) for key, text in (mapping or {}).items()}

    def run(self, rejected="", fail=0):
        """`rejected`: the job whose approval is refused; `fail`: the number of the run step that is said to have failed."""
        for name, job in self.document["jobs"].items():
            needs = [job["needs"]] if isinstance(job.get("needs"), str) else job.get("needs", [])
            assert set(needs) <= set(self.results), f"{name} stands before what it needs"
            if not self.due(job, needs):
                self.results[name] = "skipped"
                continue
            refused = name == rejected and job["environment"]
            self.results[name] = "failure" if refused else self.job(name, job, fail)
        failed = "failure" in self.results.values()
        return Ended("failure" if failed else "success", self.steps, [], self.output)

    def due(self, job, needs):
        failed = any(self.results[need] != "success" for need in needs)
        if "if" not in job:
            return not failed
        assert job["if"] == "${{ (failure() || cancelled()) && needs.deploy.outputs.newVersion != '' }}"
        return failed and self.values.get("needs.deploy.outputs.newVersion", "") != ""

    def job(self, name, job, fail):
        values, result = dict(self.values), "success"
        environment = self.fill(self.document["env"], values) | self.fill(job.get("env"), values)
        for step in job["steps"]:
            if "uses" in step:
                assert step["uses"] == "actions/checkout@v4"
                continue
            outputs = self.world.folder / f"outputs-{next(_numbers)}"
            outputs.touch()
            own = self.fill(step.get("env"), values) | {"GITHUB_OUTPUT": str(outputs)}
            done = run_logged(["bash", "-ec", step["run"]], self.world.repository,
                              self.world.environment() | environment | own)
            status = -1 if len(self.steps) + 1 == fail else done.returncode
            self.steps.append({"stage": name, "sh": step["run"], "status": status, "out": done.stdout})
            self.output += done.stdout
            for line in outputs.read_text().splitlines():
                key, value = line.split("=", 1)
                values[f"steps.{step['id']}.outputs.{key}"] = value
            if status != 0:
                result = "failure"
                break
        for key, value in self.fill(job.get("outputs"), values).items():
            self.values[f"needs.{name}.outputs.{key}"] = value
        return result
