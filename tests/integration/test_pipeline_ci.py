"""The pipelines of k8s/ci, GitHub's and the plain script, every step of them, against a real mesh."""
import os
import signal

from mesh import eventually
from pipeline_runs import BAD, GOOD, Workflow, run_script, world  # noqa: F401: a fixture


def test_the_workflow_shifts_with_approvals(world):
    for number, rejected in enumerate(("shift-10", "shift-100", "cleanup")):
        ended = Workflow(world).run(rejected)
        assert ended.result == "failure", ended
        assert len(ended.steps) == 4 + number  # and the one that reverts
        world.assert_as_it_was()
    ended = Workflow(world).run()
    assert ended.result == "success", ended
    world.assert_shifted()
    assert world.stop_load() == []


def test_the_workflow_reverts_when_a_step_fails(world):
    for number in range(2, 6):
        ended = Workflow(world).run(fail=number)
        assert ended.result == "failure", ended
        assert ended.steps[-1]["status"] == 0, ended
        world.assert_as_it_was()
    world.commit(BAD)
    ended = Workflow(world).run()
    assert (ended.result, world.shift()["phase"]) == ("failure", "reverted")
    world.assert_as_it_was()


def test_the_script_promotes_reverts_and_can_be_interrupted(world):
    world.commit(BAD)
    bad = run_script(world)
    out, _ = bad.communicate(timeout=120)
    assert bad.returncode == 5, out
    world.assert_as_it_was()
    world.commit(GOOD)
    interrupted = run_script(world)
    eventually(lambda: (world.shift() or {}).get("phase") == "dwelling", "the shift is under way")
    os.killpg(interrupted.pid, signal.SIGTERM)
    out, _ = interrupted.communicate(timeout=120)
    assert interrupted.returncode in (143, -signal.SIGTERM), out
    assert world.shift()["phase"] == "aborted"
    world.assert_as_it_was()
    good = run_script(world)
    out, _ = good.communicate(timeout=120)
    assert good.returncode == 0, out
    world.assert_shifted()
