"""Blue-green shifts with real programs: three proxies under load, one rule, and what may happen on the way."""
import json
import math
import signal

import pytest
from mesh import eventually, request
from shifting import DTAB, PREFIX, RULE, Shifting, failing, seconds, slow

GATES = ("--min-success-rate", "0.99", "--max-p99", "5s", "--min-requests", "20")


@pytest.fixture
def shifting(heddle, backend):
    """shifting(v2=handler) -> Shifting"""
    made = []

    def make(v2=None, proxies=3):
        new = backend(handler=v2) if v2 else backend(text="v2")
        made.append(Shifting(heddle, backend(text="v1"), new, proxies))
        return made[-1]

    yield make
    for one in made:
        one.close()


def phases(shift):
    return [(t["phase"], t["step"]) for t in shift["transitions"]]


def test_a_good_version_is_promoted_without_a_failed_request(shifting):
    world = shifting()
    world.start_load()
    out = world.ctl.ok(*world.start_args("--from", "/srv/world-v1", *GATES, "--wait"))
    assert "promoted" in out
    shift = world.shift()
    assert shift["phase"] == "promoted" and shift["over"]
    live = [t for t in shift["transitions"] if t["phase"] == "dwelling"]
    assert [t["percent"] for t in live] == [10, 50, 100]
    assert all(t["convergence"]["following"] == t["convergence"]["applied"] == 3 for t in live)
    # Only the one destination differs, and nobody is asked for the old version any more.
    assert world.dtab() == DTAB.replace(RULE, "/host/world => /srv/world-v2")
    old = len(world.v1.requests)
    for load in world.loads:
        load.wait_for(30)
    assert len(world.v1.requests) == old
    assert not world.stop_load()
    history = world.heddle.api("GET", "/api/1/dtabs/internal/history").json()
    assert any("10 * /srv/world-v2" in entry["dtab"] for entry in history)


def assert_reverted(world, share, dwell):
    """By a gate, in its first step, in time, with no more of the traffic than the step's share."""
    shift = world.shift()
    assert shift["phase"] == "reverted", shift
    assert world.dtab() == DTAB
    begun = next(t for t in shift["transitions"] if t["phase"] == "dwelling")
    ended = shift["transitions"][-1]
    assert ended["step"] == 0
    assert seconds(ended["time"]) - seconds(begun["time"]) <= 2 * dwell
    verdict = next(t["traffic"] for t in shift["transitions"] if t.get("traffic"))
    new, all_ = verdict["to"]["requests"], verdict["to"]["requests"] + verdict["from"]["requests"]
    assert new >= 20
    # The draw is random: five standard deviations above the share is what chance cannot explain.
    assert new <= share * all_ + 5 * math.sqrt(share * (1 - share) * all_)
    return shift


def test_a_version_that_fails_is_reverted_by_its_gate(shifting):
    world = shifting(v2=failing(every=5))
    world.start_load()
    status, out, err = world.ctl.run(*world.start_args(*GATES, "--wait", dwell="3s"))
    assert status == 5, (out, err)
    shift = assert_reverted(world, 0.1, dwell=3.0)
    assert "success rate" in out + err and "0.99" in out + err
    assert "success rate" in shift["reason"]
    seen = len(world.v2.requests)
    for load in world.loads:
        load.wait_for(50)
    assert len(world.v2.requests) == seen  # back means back
    assert all(failure[0] == 500 for failure in world.stop_load())  # v2's own answers, nothing else


def test_a_slow_version_is_reverted_by_the_p99_gate(shifting):
    world = shifting(v2=slow(0.25))
    world.start_load()
    status, out, err = world.ctl.run(
        *world.start_args("--max-p99", "200ms", "--min-requests", "20", "--wait", steps="30,100", dwell="4s"))
    assert status == 5, (out, err)
    shift = assert_reverted(world, 0.3, dwell=4.0)
    assert "p99" in shift["reason"]
    assert not world.stop_load()


def test_namerd_killed_in_the_middle_of_a_step_goes_on_and_so_does_the_wait(shifting):
    world = shifting()
    world.start_load()
    waiting = world.ctl.spawn(*world.start_args(*GATES, "--wait", dwell="3s"))
    world.when(lambda shift: shift["phase"] == "dwelling" and shift["percent"] == 50, "50 %")
    world.heddle.namerd.kill()
    world.heddle.restart_namerd()
    out, err = waiting.communicate(timeout=90)
    assert waiting.returncode == 0, (out, err)
    assert world.shift()["phase"] == "promoted"
    assert not world.stop_load()
    weights = [t["destination"] for t in world.shift()["transitions"] if t["phase"] == "writing"]
    assert len(weights) == len(set(weights)) == 4  # nothing was written twice


def test_a_frozen_proxy_is_named_and_does_not_hold_the_shift(shifting):
    world = shifting()
    frozen = world.proxy_ids()[2]
    world.start_load(world.proxies[:2])
    world.proxies[2].signal(signal.SIGSTOP)
    try:
        status, _, err = world.ctl.run("dtab", "update", "internal", "-", "--wait=1s", text=DTAB + "/x => /y ;\n")
        assert status == 4
        assert frozen in err
        out = world.ctl.ok(*world.start_args("--convergence", "1s", "--wait", steps="50,100", dwell="1s"))
        assert frozen in out
        behind = [t["convergence"]["behind"] for t in world.shift()["transitions"] if t.get("convergence")]
        assert [frozen] in behind
    finally:
        world.proxies[2].signal(signal.SIGCONT)
    assert not world.stop_load()
    # Thawed, it runs what everybody runs.
    answer = world.heddle.api("PUT", "/api/1/dtabs/internal?wait=30s", world.dtab())
    assert answer.status == 200 and answer.json()["converged"] and answer.json()["proxies"]["applied"] == 3


def test_two_shifts_of_different_names_run_side_by_side(shifting, backend):
    world = shifting()
    old, new = backend(text="old"), backend(text="new")
    world.heddle.serve("moon-v1", old.port)
    world.heddle.serve("moon-v2", new.port)
    world.heddle.put_dtab(DTAB + "/host/moon => /srv/moon-v1 ;\n")
    for proxy in world.proxies:
        assert request(proxy.http, headers={"Host": "moon"}).text == "old"
    world.start_load()
    moon = world.ctl.spawn(*world.start_args("--wait", prefix="/host/moon", to="/srv/moon-v2", dwell="1s"))
    earth = world.ctl.spawn(*world.start_args(*GATES, "--wait", dwell="1500ms"))
    for process in (moon, earth):
        out, err = process.communicate(timeout=90)
        assert process.returncode == 0, (out, err)
    assert world.dtab() == DTAB.replace(RULE, "/host/world => /srv/world-v2") + "/host/moon => /srv/moon-v2 ;\n"
    assert request(world.proxies[0].http, headers={"Host": "moon"}).text == "new"
    assert not world.stop_load()


def test_an_edit_of_the_rule_stops_the_shift_and_edits_elsewhere_do_not(shifting):
    world = shifting()
    waiting = world.ctl.spawn(*world.start_args("--wait", dwell="600s"))
    world.at_phase("dwelling")
    elsewhere = world.dtab() + "/host/other => /srv/other ;\n"
    world.heddle.put_dtab(elsewhere)
    status, _, err = world.ctl.run(*world.start_args())
    assert status == 1 and "under way" in err  # one shift a rule
    assert world.shift()["phase"] == "dwelling"
    theirs = elsewhere.replace("90 * /srv/world-v1", "20 * /srv/world-v1")
    assert theirs != elsewhere
    world.heddle.put_dtab(theirs)
    out, err = waiting.communicate(timeout=60)
    assert waiting.returncode == 1, (out, err)
    assert world.shift()["phase"] == "conflicted"
    assert world.dtab() == theirs  # hands off


def test_abort_restores_the_rule_byte_by_byte_also_after_other_edits(shifting):
    world = shifting()
    world.ctl.ok(*world.start_args(dwell="600s"))
    world.at_phase("dwelling")
    world.heddle.put_dtab(world.dtab() + "/host/other => /srv/other ;\n")
    status, out, err = world.ctl.run("shift", "abort", "internal", PREFIX, "--wait", "-m", "changed my mind")
    assert status == 6, (out, err)
    assert world.dtab() == DTAB + "/host/other => /srv/other ;\n"
    assert "changed my mind" in json.dumps(world.shift())


def test_a_manual_gate_waits_for_promote_and_a_pause_for_resume(shifting):
    world = shifting()
    world.ctl.ok(*world.start_args("--manual", "10", "--wait", "--until-waiting", steps="10,100", dwell="1s"))
    assert world.shift()["phase"] == "waiting"
    world.ctl.ok("shift", "pause", "internal", PREFIX)
    assert world.shift()["phase"] == "paused"
    world.ctl.ok("shift", "resume", "internal", PREFIX)
    world.at_phase("waiting")
    world.ctl.ok("shift", "promote", "internal", PREFIX, "--wait")
    assert world.shift()["phase"] == "promoted"
    status, _, err = world.ctl.run("shift", "abort", "internal", PREFIX)
    assert status == 1 and "promoted" in err
    assert world.dtab() == DTAB.replace(RULE, "/host/world => /srv/world-v2")


def test_the_deadline_reverts(shifting):
    world = shifting()
    status, out, err = world.ctl.run(*world.start_args("--min-requests", "1000000", "--deadline", "3s", "--wait",
                                                       dwell="1s"))
    assert status == 7, (out, err)
    assert world.shift()["phase"] == "expired"
    assert world.dtab() == DTAB


def test_a_wait_that_dies_leaves_the_shift_running_unless_it_was_to_abort(shifting):
    world = shifting()
    waiting = world.ctl.spawn(*world.start_args("--wait", dwell="600s"))
    world.at_phase("dwelling")
    waiting.send_signal(signal.SIGINT)
    out, err = waiting.communicate(timeout=30)
    assert waiting.returncode != 0 and "goes on" in err, (out, err)
    assert world.shift()["phase"] == "dwelling"
    assert world.ctl.run("shift", "abort", "internal", PREFIX, "--wait")[0] == 6

    waiting = world.ctl.spawn(*world.start_args("--wait", "--abort-on-disconnect", dwell="600s"))
    world.when(lambda shift: shift["plan"]["abortOnDisconnect"] and shift["phase"] == "dwelling", "the second shift")
    waiting.kill()
    world.at_phase("aborted")
    assert world.dtab() == DTAB


def test_a_version_without_endpoints_never_is_all_there_is(shifting):
    world = shifting(proxies=1)
    world.heddle.serve("world-v2")
    world.start_load()
    waiting = world.ctl.spawn(*world.start_args("--wait", steps="100", dwell="200ms"))  # without gates
    world.when(lambda shift: "endpoints" in shift["reason"], "the reason why it does not go on")
    assert world.shift()["phase"] == "dwelling"
    world.heddle.serve("world-v2", world.v2.port)
    out, err = waiting.communicate(timeout=60)
    assert waiting.returncode == 0 and "Not yet: /srv/world-v2 has had none" in out, (out, err)
    assert not world.stop_load()


def test_a_later_rule_that_takes_the_names_is_warned_of(shifting):
    world = shifting(proxies=1)
    world.heddle.put_dtab(DTAB + "/host => /other ;\n/other/world => /srv/world-v1 ;\n")
    out = world.ctl.ok(*world.start_args("--dry-run"))
    assert "later rule /host=>/other" in out and "no step changes" in out
    out = world.ctl.ok(*world.start_args("--wait", steps="100", dwell="0s"))
    assert "later rule /host=>/other" in out


def test_a_dry_run_tells_each_step_and_stores_nothing(shifting):
    world = shifting()
    out = world.ctl.ok(*world.start_args("--dry-run"))
    assert "90 * /srv/world-v1 & 10 * /srv/world-v2" in out and "/svc/world" in out
    assert world.shift() is None
    assert len(world.heddle.api("GET", "/api/1/dtabs/internal/history").json()) == 1


def test_what_cannot_be_begun_is_refused_with_a_reason(shifting):
    world = shifting(proxies=1)
    for args, words in (
            (world.start_args(prefix="/host/none"), "/host/none"),
            (world.start_args("--from", "/srv/world-v0"), "/srv/world-v1"),
            (world.start_args(to="/srv/world-v1"), "/srv/world-v1"),
            (world.start_args(steps="50,10"), "10")):
        status, out, err = world.ctl.run(*args)
        assert status in (1, 2) and words in err, (args, out, err)
    assert world.shift() is None and world.dtab() == DTAB


def test_shifts_are_kept_after_their_end(shifting):
    world = shifting(proxies=1)
    world.ctl.ok(*world.start_args("--wait", steps="100", dwell="200ms"))
    world.ctl.ok(*world.start_args("--wait", steps="100", dwell="200ms", to="/srv/world-v1"))
    world.heddle.namerd.kill()
    world.heddle.restart_namerd()
    history = json.loads(world.ctl.ok("shift", "history", "internal", PREFIX, "--output", "json"))
    assert [shift["plan"]["to"] for shift in history] == ["/srv/world-v1", "/srv/world-v2"]
    assert all(shift["phase"] == "promoted" and phases(shift)[-1][0] == "promoted" for shift in history)
    listed = json.loads(world.ctl.ok("shift", "list", "--output", "json"))
    assert [(shift["prefix"], shift["phase"]) for shift in listed] == [(PREFIX, "promoted")]
    eventually(lambda: world.dtab() == DTAB.replace(RULE, "/host/world => /srv/world-v1"), "back at v1")
