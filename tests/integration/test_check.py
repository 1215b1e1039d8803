"""A change of the rules, judged before it is made: by the names that real proxies ask for, in a newcomer's words."""
import json
import re
import subprocess

import conftest
import mesh
from mesh import DTAB, request

SHIFT = DTAB + " /host/web => 90 * /srv/web & 10 * /srv/web-v2 ;"
# /svc/web would lead to a service that nobody runs: a slip of the keys.
SLIP = """# service by service
/svc => /host ;
/host/api => /srv/api ;
/host/web => /srv/wbe ;
/srv => /#/io.l5d.fs ;
"""


class Ctl:
    """namerctl against the mesh's namerd."""

    def __init__(self, heddle):
        self.base = f"http://127.0.0.1:{heddle.api_port}"
        self.folder = heddle.folder

    def run(self, *args, text=None):
        """-> (exit status, standard output, standard error)"""
        done = subprocess.run([conftest.BIN / "namerctl", "--base-url", self.base, *args], input=text or "", text=True,
                              capture_output=True, cwd=self.folder, timeout=mesh.DEADLINE, check=False)
        return done.returncode, done.stdout, done.stderr


def start(heddle, backend):
    """Two proxies that ask for /svc/web, one that also asks for /svc/api; what they ask for is in use."""
    web, api = backend(text="web"), backend(text="api")
    heddle.serve("web", web.port)
    heddle.serve("web-v2", web.port)
    heddle.serve("api", api.port)
    heddle.start_namerd()
    heddle.put_dtab(DTAB)
    proxies = [heddle.start_proxy(name) for name in ("one", "two")]
    for proxy in proxies:
        assert request(proxy.http, headers={"Host": "web"}).status == 200
    assert request(proxies[1].http, headers={"Host": "api"}).status == 200
    return Ctl(heddle)


def names_in_use(heddle):
    return {name["path"]: name["followers"] for name in heddle.api("GET", "/api/1/names/internal").json()}


def test_the_names_in_use_are_those_that_proxies_ask_for(heddle, backend):
    start(heddle, backend)
    assert names_in_use(heddle) == {"/svc/web": 2, "/svc/api": 1}


def test_a_check_says_who_would_lose_a_service_and_an_update_with_it_is_refused(heddle, backend):
    ctl = start(heddle, backend)
    (heddle.folder / "rules.dtab").write_text(SLIP)
    status, out, err = ctl.run("dtab", "check", "internal", "rules.dtab")
    assert (status, err) == (1, ""), out
    assert "lost: /svc/web (2 followers)" in out
    assert re.search(r"before +100 % +/#/io.l5d.fs/web +1 endpoint\n", out), out
    assert re.search(r"after +absent: no rule and no namer has /#/io.l5d.fs/wbe", out), out
    assert out.endswith("2 names in use: 1 unchanged, 1 lost.\n")

    status, out, err = ctl.run("dtab", "update", "internal", "rules.dtab", "--check")
    assert (status, out) == (1, "")
    assert "nothing was stored" in err and "lost: /svc/web (2 followers)" in err and "dtab check internal" in err, err
    assert heddle.api("GET", "/api/1/dtabs/internal").headers["etag"] == "AAAAAAAAAAE="

    # Without the word it is as ever.
    assert ctl.run("dtab", "update", "internal", "rules.dtab")[0] == 0
    assert heddle.api("GET", "/api/1/dtabs/internal").headers["etag"] == "AAAAAAAAAAI="
    # Back to what serves: nobody is served now, so nobody can lose.
    assert ctl.run("dtab", "rollback", "internal", "--check")[0] == 0


def test_a_harmless_change_is_shown_and_stored(heddle, backend):
    ctl = start(heddle, backend)
    status, out, _ = ctl.run("dtab", "check", "internal", "-", text=SHIFT)
    assert status == 0, out
    assert "changed: /svc/web (2 followers)" in out
    assert re.search(r"after +90 % +/#/io.l5d.fs/web +1 endpoint\n +10 % +/#/io.l5d.fs/web-v2 +1 endpoint\n", out), out
    status, out, err = ctl.run("dtab", "update", "internal", "-", "--check", text=SHIFT)
    assert (status, out) == (0, "Updated internal\n"), err
    assert ctl.run("dtab", "update", "internal", "-", text="")[0] == 2  # a file that a pipeline failed to fill


def test_a_destination_that_is_absent_while_another_way_serves_is_told(heddle, backend):
    ctl = start(heddle, backend)
    status, out, _ = ctl.run("dtab", "check", "internal", "-", text=DTAB + " /host/web => /srv/wbe ; /host/api => 9 * /srv/api & 1 * /srv/api-v2 ;")
    assert status == 0, out
    assert "warning: /host/web => /srv/wbe leads to /srv/wbe, which is absent now" in out and "did you mean /srv/web?" in out, out
    assert "would send 10 % of requests to /srv/api-v2, which is absent now" in out, out
    assert out.endswith("2 names in use: 2 unchanged.\n"), out
    assert "absent now" not in ctl.run("dtab", "check", "internal", "-", text=SHIFT)[1]


def test_what_is_wrong_with_a_dtab_is_told_with_its_place(heddle, backend):
    ctl = start(heddle, backend)
    (heddle.folder / "rules.dtab").write_text(DTAB.replace(" ; ", " ;\n") + "\n/svc/a => /svc/b ;\n/svc/b => /svc/a ;\n"
                                              "/hots/web => /#/io.l5d.k8s/web ;\n")
    status, out, _ = ctl.run("dtab", "check", "internal", "rules.dtab")
    assert status == 1
    assert "rules.dtab:4:1: error: /svc/a => /svc/b leads in a circle: on to /svc/b => /svc/a, and back to it." in out, out
    assert "rules.dtab:6:1: warning: /hots/web => /#/io.l5d.k8s/web matches nothing" in out, out
    assert "Did you mean /host?" in out
    assert "namerd has the namers /#/io.l5d.fs" in out
    report = json.loads(ctl.run("dtab", "check", "internal", "rules.dtab", "--json")[1])
    assert [f["kind"] for f in report["findings"]] == ["circle", "never_matches", "dead_end"]
    assert report["counts"]["unchanged"] == 2


def test_explain_draws_where_a_name_leads_and_why_not_elsewhere(heddle, backend):
    ctl = start(heddle, backend)
    heddle.put_dtab(SHIFT)
    status, out, _ = ctl.run("explain", "internal", "/svc/web")
    assert status == 0
    assert out.splitlines()[0] == ("/svc/web leads to 2 clients: 90 % to /#/io.l5d.fs/web (1 endpoint), "
                                   "10 % to /#/io.l5d.fs/web-v2 (1 endpoint).")
    assert re.search(r"\|- 90 \* /srv/web +90 %\n", out), out
    assert "1 endpoint: 127.0.0.1:" in out
    assert re.search(r"`- /srv/web +- +/host => /srv\n", out), out
    status, out, _ = ctl.run("explain", "internal", "/svc/none")
    assert out.splitlines()[0] == "/svc/none leads nowhere: no rule and no namer has /#/io.l5d.fs/none."
    status, out, _ = ctl.run("explain", "internal", "/svc/none", "--dtab", "/svc/none => /srv/api")
    assert out.splitlines()[0] == "/svc/none leads to /#/io.l5d.fs/api: 1 endpoint."
    assert json.loads(ctl.run("explain", "internal", "/svc/web", "--json")[1])["share"] == 1


def test_no_namerd_is_3_and_a_mistake_of_usage_is_2(heddle, backend):
    ctl = start(heddle, backend)
    mesh.terminate(heddle.namerd)
    assert ctl.run("explain", "internal", "/svc/web")[0] == 3
    assert ctl.run("dtab", "check", "internal", "-", text=DTAB)[0] == 3
    assert ctl.run("dtab", "check", "internal")[0] == 2
