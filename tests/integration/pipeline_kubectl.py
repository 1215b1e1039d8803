"""A cluster as far as the pipelines see it: the one fake of their test.

`kubectl` on PATH hands its arguments and standard input to this process, which records them and does what they ask: starts
what a Deployment describes, says in a file of io.l5d.fs where a Service's pods are, and takes both away again. What it has
not been taught is an error, as with kubectl.
"""
import http.server
import json
import signal
import threading

import yaml

SCRIPT = """#!/usr/bin/env python3
import json, sys, urllib.request
request = json.dumps([sys.argv[1:], "" if sys.stdin.isatty() else sys.stdin.read()]).encode()
with urllib.request.urlopen("http://127.0.0.1:{port}/", request) as answer:
    status, out = json.load(answer)
(sys.stderr if status else sys.stdout).write(out)
sys.exit(status)
"""


class Refused(Exception):
    """What kubectl would say on standard error."""


class Cluster:
    """`heddle` is the mesh whose files of io.l5d.fs tell of the services."""

    def __init__(self, heddle, namespace="default"):
        self.heddle, self.namespace = heddle, namespace
        self.deployments, self.pods = {}, {}  # by name, in the order of their creation
        self.calls = []  # arguments, without the namespace
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                try:
                    answer = [0, outer.call(*asked)]
                except Refused as error:
                    answer = [1, f"error: {error}\n"]
                self.send_response(200)
                self.end_headers()
                self.wfile.write(json.dumps(answer).encode())

            def log_message(self, *args):
                pass

        self.server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        self.bin = heddle.folder / "bin"
        self.bin.mkdir()
        script = self.bin / "kubectl"
        script.write_text(SCRIPT.format(port=self.server.server_address[1]))
        script.chmod(0o755)

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def call(self, argv, stdin):
        namespace, *words = argv
        if namespace != f"--namespace={self.namespace}":
            raise Refused(f"namespaces {namespace} not found")
        self.calls.append(words)
        if words[:2] == ["rollout", "status"] and words[3:] == ["--timeout=5m"]:
            return self.rollout(words[2].removeprefix("deployment/"))
        if words == ["apply", "--filename=-"]:
            return self.apply(stdin)
        if words[:2] == ["delete", "deployment,service"] and words[3:] in ([], ["--ignore-not-found"]):
            return self.delete(words[2], quiet=len(words) == 4)
        if words == ["get", "deployments", "--selector=app=world", "--sort-by=.metadata.creationTimestamp",
                     "--output=jsonpath={.items[-1:].metadata.name}"]:
            found = [name for name, one in self.deployments.items() if one["metadata"]["labels"]["app"] == "world"]
            return found[-1] if found else ""
        raise Refused(f"unknown command: {words}")

    def apply(self, manifest):
        documents = [one for one in yaml.safe_load_all(manifest) if one]
        if not documents:
            raise Refused("no objects passed to apply")
        for one in documents:
            if one["kind"] == "Deployment":
                self.deploy(one)
            else:
                assert one["kind"] == "Service" and one["spec"]["clusterIP"] == "None"
                self.announce(one)
        return "".join(f"{one['kind'].lower()} {one['metadata']['name']} configured\n" for one in documents)

    def deploy(self, one):
        name, template = one["metadata"]["name"], one["spec"]["template"]
        labels = template["metadata"]["labels"]
        assert one["spec"]["selector"]["matchLabels"].items() <= labels.items()
        container, = template["spec"]["containers"]
        port, = container["ports"]
        assert container["args"][0] == f"-addr=:{port['containerPort']}"
        if name not in self.deployments:
            self.pods[name] = self.heddle.run("helloworld", *container["args"][1:], "-addr=127.0.0.1:0")
        self.deployments[name] = one

    def announce(self, service):
        """Its endpoints: the pods that its selector finds."""
        def matches(deployment):
            return service["spec"]["selector"].items() <= deployment["spec"]["template"]["metadata"]["labels"].items()
        found = [name for name, one in self.deployments.items() if matches(one)]
        self.heddle.serve(service["metadata"]["name"], *[self.pods[name].port("") for name in found])

    def rollout(self, name):
        if name not in self.deployments:
            raise Refused(f'deployments.apps "{name}" not found')
        return f'deployment "{name}" successfully rolled out\n'

    def delete(self, name, quiet):
        if name not in self.deployments and not quiet:
            raise Refused(f'deployments.apps "{name}" not found')
        if name in self.deployments:
            (self.heddle.disco / name).unlink()
            del self.deployments[name]
            pod = self.pods.pop(name)
            pod.signal(signal.SIGTERM)
            assert pod.wait() == 0
        return f'deployment.apps "{name}" deleted\n'
