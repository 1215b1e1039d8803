"""The Jenkinsfiles of k8s/, every step of them, against a real mesh; of the cluster only kubectl is made up."""
import re

from mesh import eventually
from pipeline_runs import BAD, GOOD, K8S, run_jenkins, world  # noqa: F401: a fixture

DWELL = "200ms"


def sh_lines(file):
    """The lines on which an `sh` step begins."""
    lines = (K8S / "jenkins" / file).read_text().splitlines()
    return {number for number, line in enumerate(lines, 1) if re.search(r"\bsh\b *['(]", line)}


def commands(script):
    """The commands of a step of a shell."""
    text = re.sub(r"\\\n", " ", script)
    text = re.sub(r"\"[^\"]*\"|'[^']*'", "Q", text)
    return [one for one in re.split(r"[|;\n]|&&", text) if one.strip()]


def ran(world):
    """The calls of kubectl that change something, in short."""
    return [f"{words[0]} {words[2] if words[0] == 'delete' else ''}".strip() for words in world.cluster.calls
            if words[0] in ("apply", "delete")]


def test_people_say_yes_and_the_new_version_is_promoted(world):
    ended = run_jenkins(world, "Jenkinsfile", answers="yes,yes,yes", dwell=DWELL)
    assert ended.result == "SUCCESS", ended
    world.assert_shifted()
    shift = world.shift()
    assert shift["phase"] == "promoted"
    live = [change["convergence"] for change in shift["transitions"] if change.get("convergence")]
    assert [(one["following"], one["applied"]) for one in live] == [(2, 2)] * 3
    assert ran(world) == ["apply", "apply", "apply", "delete world-v1"]  # hello, world-v1; then what the pipeline did
    # Nothing but the shift has written to the dtab: 10 %, 100 %, the end.
    history = world.heddle.api("GET", "/api/1/dtabs/internal/history").json()
    rules = [re.search(r"/host/world\s*=> (.*?)\s*;", entry["dtab"]).group(1) for entry in reversed(history)]
    assert rules == ["/srv/world-v1", "90 * /srv/world-v1 & 10 * /srv/world-v2", "/srv/world-v2 | /srv/world-v1",
                     "/srv/world-v2"]
    curl, = [step for step in ended.steps if step["sh"].startswith("curl")]
    assert " earth (" in curl["out"]
    # Had the new version not been there, hello would have found nobody, not the old one in its place.
    override = re.search(r"l5d-dtab: (.*?)\"", curl["sh"]).group(1).replace("$newVersion", "world-v9")
    assert world.ask({"l5d-dtab": override}).status == 503
    assert world.ask({"l5d-dtab": override.removesuffix(" | !")}).status == 200
    tried = re.search(r"'l5d-dtab: (.*?)'", ended.inputs[0]).group(1)
    assert tried == "/host/world => /srv/world-v2"
    assert world.stop_load() == []


def test_an_input_that_is_rejected_puts_everything_back(world):
    seen = set()
    for answers in ("abort", "yes,abort", "yes,yes,abort"):
        ended = run_jenkins(world, "Jenkinsfile", answers=answers, dwell=DWELL)
        assert ended.result == "ABORTED", ended
        assert len(ended.inputs) == len(answers.split(","))
        world.assert_as_it_was()
        seen |= {step["line"] for step in ended.steps}
    assert world.shift()["phase"] == "aborted"
    assert world.stop_load() == []
    # All but the last two steps, which make the new version permanent, have been run.
    missed = sh_lines("Jenkinsfile") - seen
    lines = (K8S / "jenkins/Jenkinsfile").read_text().splitlines()
    assert [re.search(r"namerctl shift \w+|delete \S+ \S+(?=')", lines[n - 1]).group() for n in sorted(missed)] == [
        "namerctl shift promote", 'delete deployment,service "$currentVersion"']


def test_a_step_that_fails_puts_everything_back(world):
    """Each of them has been done, and then is said to have failed: the worst case."""
    for number in range(1, 7):
        ended = run_jenkins(world, "Jenkinsfile", answers="yes,yes,yes", fail=number, dwell=DWELL)
        assert ended.result == "FAILURE", ended
        assert [step["status"] for step in ended.steps if step["stage"] != "post"] == [0] * (number - 1) + [-1]
        world.assert_as_it_was()
    # Once the new version is permanent there is no way back, and none of the versions is removed.
    ended = run_jenkins(world, "Jenkinsfile", answers="yes,yes,yes", fail=7, dwell=DWELL)
    assert ended.result == "FAILURE"
    assert world.shift()["phase"] == "promoted"
    assert set(world.cluster.deployments) == {"hello", "world-v1", "world-v2"}
    assert " earth (" in world.ask().text
    assert world.stop_load() == []


def test_a_shift_of_somebody_else_is_left_alone(world):
    world.heddle.serve("other", world.cluster.pods["world-v1"].port(""))
    plan = '{"prefix": "/host/world", "to": "/srv/other", "steps": [{"percent": 1, "manual": true}, 100], "dwell": "10ms"}'
    begun = world.heddle.api("POST", "/api/1/shifts/internal", plan, {"Content-Type": "application/json"})
    assert begun.status == 201, begun.text
    eventually(lambda: world.shift()["phase"] == "waiting", "the other shift waits")
    ended = run_jenkins(world, "Jenkinsfile", answers="yes,yes,yes", dwell=DWELL)
    assert ended.result == "FAILURE", ended
    assert (world.shift()["phase"], world.shift()["plan"]["to"]) == ("waiting", "/srv/other")
    assert set(world.cluster.deployments) == {"hello", "world-v1"}
    assert world.stop_load() == []


def test_gates_promote_a_good_version_and_revert_a_bad_one(world):
    world.commit(BAD)
    bad = run_jenkins(world, "Jenkinsfile.gates")
    assert bad.result == "FAILURE", bad
    start, = [step for step in bad.steps if "shift start" in step["sh"]]
    assert start["status"] == 5
    assert world.shift()["phase"] == "reverted"
    world.assert_as_it_was()
    world.commit(GOOD)
    good = run_jenkins(world, "Jenkinsfile.gates")
    assert good.result == "SUCCESS", good
    world.assert_shifted()
    assert {step["line"] for step in bad.steps + good.steps} == sh_lines("Jenkinsfile.gates")


def test_each_step_is_a_command_or_two_and_namerctl_does_the_work():
    for file in ("Jenkinsfile", "Jenkinsfile.gates"):
        text = (K8S / "jenkins" / file).read_text()
        steps = [a or b for a, b in re.findall(r"(?:sh|script:) (?:'''(.*?)'''|'(.+?)'\n)", text, re.S)]
        assert len(steps) == len(sh_lines(file)), steps
        for step in steps:
            assert 1 <= len(commands(step)) <= 2, step
        assert not re.search(r"dtab (get|update)|sleep|JsonSlurper", text)
