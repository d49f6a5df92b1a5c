"""What is served is changed while it runs, over the API: planned, applied, proven, or undone."""

import json
import os
import socket

import pytest

from support import certificates
from support.admin import AdminSocket
from support.authority import Authority
from support.upstreams import says
from support.wait import until


def api_of(running):
    api = AdminSocket(running.state / "gatehouse.sock")
    until(api.answers, "the admin socket answers")
    return api


def change(api, *edits, **more):
    return api.call("ConfigurationService/Change", {"edits": list(edits), **more})


def applied(api, *edits, **more):
    response = change(api, *edits, **more)
    assert response.status == 200, response.body
    assert response.json.get("applied"), response.body
    return response.json


def set_site(name, **site):
    return {"setSite": {"name": name, "site": site}}


def listeners(api):
    return api.call("ListenerService/List").json.get("listeners", [])


def status(api):
    return api.call("StatusService/Get").json


def words(response, field="plan"):
    return " | ".join(step["text"] for step in response.get(field, []))


def get(running, name, **more):
    """The text that is served under a name."""
    with running.connect(server_name=name, **more) as wire:
        return wire.ask(host=f"{name}:{running.port}").text


@pytest.fixture
def front(gatehouse, upstream):
    running = gatehouse("--to", upstream(says("first")).url)
    running.api = api_of(running)
    return running


def test_A14_a_site_that_is_added_is_served_at_once_and_nobody_notices(front, upstream):
    """I7, F9: by server name, beside what was there; a connection that waits lives on."""
    with front.connect() as waiting:
        assert waiting.ask(host=front.authority).text == "first"
        done = applied(front.api, set_site("new.localhost", upstreams=[upstream(says("new")).url],
                                           listen=["127.0.0.1:0"]))
        assert "site new.localhost appears" in words(done)
        assert all(proof["ok"] for proof in done["proofs"]), done["proofs"]
        assert {proof["client"] for proof in done["proofs"]} >= {"browser", "native"}
        assert get(front, "new.localhost") == "new"
        assert waiting.ask(host=front.authority).text == "first"


def test_a_dry_run_tells_the_plan_and_changes_nothing(front):
    response = change(front.api, set_site("new.localhost", listen=["127.0.0.1:0"]), dryRun=True)
    assert "site new.localhost appears" in words(response.json)
    assert not response.json.get("applied")
    assert "new.localhost" not in [site["name"] for site in status(front.api)["sites"]]


def test_a_change_that_was_made_for_another_revision_is_refused(front):
    revision = int(status(front.api)["revision"])
    site = set_site("new.localhost", listen=["127.0.0.1:0"])
    applied(front.api, site, ifRevision=revision)
    late = change(front.api, {"removeSite": "new.localhost"}, ifRevision=revision)
    assert late.status != 200 and "somebody else" in late.json["message"]
    assert int(status(front.api)["revision"]) == revision + 1


def test_what_flags_and_files_define_is_not_the_api_s_to_change(front):
    refused = change(front.api, set_site("default", upstreams=["http://127.0.0.1:1"]))
    assert refused.status != 200
    assert "Site default is defined in gatehouse run" in refused.json["message"]
    assert get(front, "localhost") == "first"


def test_values_from_outside_are_for_files_only(front):
    """Commands, destinations of keys and ${file:} come only from files that root owns."""
    refused = change(front.api, set_site("new.localhost", owner="${file:/etc/shadow}",
                                         listen=["127.0.0.1:0"]))
    assert refused.status != 200 and "Only configuration files may" in refused.json["message"]


def test_a_wrong_change_says_what_is_wrong_and_changes_nothing(front):
    response = change(front.api, set_site("new.localhost", upstreams=["gopher://x"],
                                          listen=["127.0.0.1:0"]))
    assert response.json["diagnostics"], response.body
    assert not response.json.get("applied")
    assert get(front, "localhost") == "first"


def test_a_port_that_somebody_else_has_refuses_the_change_as_a_whole(front):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        refused = change(front.api, set_site("a.localhost", listen=["127.0.0.1:0"]),
                         set_site("b.localhost", listen=[f"127.0.0.1:{port}"]))
    assert refused.status != 200 and f"127.0.0.1:{port}" in refused.json["message"]
    assert [site["name"] for site in status(front.api)["sites"]] == ["default"]


def test_a_listener_that_nobody_needs_any_more_closes(front, upstream):
    """I8: TLS on any port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    applied(front.api, set_site("far.localhost", upstreams=[upstream(says("far")).url],
                                listen=[f"127.0.0.1:{port}"]))
    assert f"127.0.0.1:{port}" in [one["address"] for one in listeners(front.api)]
    applied(front.api, {"removeSite": "far.localhost"})
    assert f"127.0.0.1:{port}" not in [one["address"] for one in listeners(front.api)]
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), 5)


def test_what_the_api_made_is_there_after_a_restart(gatehouse, upstream):
    application = upstream(says("kept"))
    first = gatehouse()
    applied(api_of(first), set_site("kept.localhost", upstreams=[application.url],
                                    listen=["127.0.0.1:0"]))
    first.stop()
    again = gatehouse(state=first.state)
    assert get(again, "kept.localhost") == "kept"


def test_history_and_rollback(front, upstream):
    one, two = upstream(says("one")), upstream(says("two"))
    first = applied(front.api, set_site("x.localhost", upstreams=[one.url],
                                        listen=["127.0.0.1:0"]), why="begin")
    applied(front.api, set_site("x.localhost", upstreams=[two.url], listen=["127.0.0.1:0"]))
    assert get(front, "x.localhost") == "two"
    history = front.api.call("ConfigurationService/History").json["revisions"]
    assert history[0]["current"] and history[1]["why"] == "begin"
    assert history[1]["summary"], "the plan's lines"
    back = front.api.call("ConfigurationService/Rollback", {"revision": first["revision"]})
    assert back.json["applied"], back.body
    assert get(front, "x.localhost") == "one"


def test_a_certificate_that_does_not_hold_the_name_is_rolled_back(front, tmp_path):
    """The proof is a real handshake: a native client refuses it, so the change is undone."""
    certificate, key = certificates.write_pair(tmp_path, names=("other.example",))
    before = certificate_of(front, "localhost")
    response = change(front.api, set_site(
        "mine.localhost", listen=["127.0.0.1:0"],
        certificate={"files": {"certificate": str(certificate), "key": str(key)}}))
    assert response.json.get("rolledBack"), response.body
    assert not response.json.get("applied")
    assert {step["state"] for step in response.json["plan"]} == {"undone"}
    assert [site["name"] for site in status(front.api)["sites"]] == ["default"]
    assert certificate_of(front, "localhost") == before


TRUSTED_HERE = 'mount --bind "$0" /etc/ssl/certs/ca-certificates.crt; exec "$@"'


def test_A9_a_certificate_of_a_ca_that_this_machine_trusts_is_proven_as_trusted(
        gatehouse, tmp_path):
    """As a browser of this machine sees it, though the local CA has not made it."""
    company = Authority(tmp_path / "company")
    certificate, key = company.leaf("shop.example.org")
    key.chmod(0o600)
    site = set_site("shop.example.org", listen=["127.0.0.1:0"],
                    certificate={"files": {"certificate": str(certificate), "key": str(key)}})
    stranger = gatehouse()
    proofs = change(api_of(stranger), site).json["proofs"]
    assert not any(proof.get("ok") for proof in proofs)
    if os.geteuid() != 0:
        pytest.skip("only root may give the program a machine that trusts another CA")
    native = gatehouse(prefix=("unshare", "--mount", "sh", "-ec", TRUSTED_HERE, company.anchor))
    done = applied(api_of(native), site)
    assert all(proof["ok"] for proof in done["proofs"]), done["proofs"]
    assert len(done["proofs"]) >= 2


def certificate_of(running, name):
    context = running.context(check_hostname=False)
    context.verify_mode = 0
    with running.connect(context=context, server_name=name) as wire:
        return certificates.fingerprint(certificates.served(wire))


def test_a_pair_that_cannot_be_used_refuses_the_change(front, tmp_path):
    certificate, _ = certificates.write_pair(tmp_path, names=("mine.localhost",), label="a")
    _, key = certificates.write_pair(tmp_path, names=("mine.localhost",), label="b")
    refused = change(front.api, set_site(
        "mine.localhost", listen=["127.0.0.1:0"],
        certificate={"files": {"certificate": str(certificate), "key": str(key)}}))
    assert refused.status != 200 and str(key) in refused.json["message"]


def test_M3_a_changed_certificate_file_is_taken_over_when_both_halves_fit(gatehouse, tmp_path):
    """M3: certificate and key by flags; they are followed while the program runs."""
    certificate, key = certificates.write_pair(tmp_path, label="served")
    running = gatehouse("--certificate", certificate, "--key", key)
    before = certificate_of(running, "localhost")
    new_certificate, new_key = certificates.write_pair(tmp_path, label="next")
    new_certificate.rename(certificate)
    until(lambda: "cannot be used yet" in running.events(), "the event log tells of half a pair")
    assert certificate_of(running, "localhost") == before
    new_key.rename(key)
    wanted = certificates.fingerprint(certificates.load(certificate))
    until(lambda: certificate_of(running, "localhost") == wanted, "the new pair is served")


def test_F10_a_declared_loopback_listener_survives_changes_around_it(front, upstream):
    """F10, F11, F13: HTTPS outside, HTTP on loopback; both at once and for good."""
    applied(front.api, set_site("app.localhost", upstreams=[upstream(says("app")).url],
                                listen=["127.0.0.1:0"],
                                http={"listen": ["127.0.0.1:0"], "external": "refuse",
                                      "loopback": "keep"}))
    plain = next(one["address"] for one in listeners(front.api) if not one.get("tls"))
    host, port = plain.rsplit(":", 1)

    def spoken():
        with socket.create_connection((host, int(port)), 10) as end:
            end.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            data = b""
            while some := end.recv(65536):
                data += some
        return data

    assert spoken().endswith(b"app")
    for edit in (set_site("other.localhost", listen=["127.0.0.1:0"]),
                 set_site("other.localhost", listen=["127.0.0.1:0"], tlsProfile="modern"),
                 {"setListener": {"address": "127.0.0.1:0",
                                  "listener": {"unknownNames": "refuse"}}},
                 {"removeSite": "other.localhost"}):
        applied(front.api, edit)
        assert spoken().endswith(b"app")
    assert get(front, "app.localhost") == "app"


def test_M13_unknown_names_and_clients_without_one_are_refused_where_that_is_asked(gatehouse,
                                                                                   tmp_path):
    file = tmp_path / "gatehouse.yaml"
    file.write_text('version: 1\nsites:\n  a.localhost: {listen: ["127.0.0.1:0"]}\n'
                    'listeners:\n  "127.0.0.1:0": {unknown_names: refuse, no_name: refuse}\n')
    running = gatehouse("--config", file, listen=())
    assert "a.localhost" in certificates.names(_served(running, "a.localhost"))
    for name in ("b.localhost", None):
        with pytest.raises(OSError):
            _served(running, name)


def _served(running, name):
    context = running.context(check_hostname=False)
    context.verify_mode = 0
    with running.connect(context=context, server_name=name) as wire:
        return certificates.served(wire)


def test_binding_explain_tells_who_answers_and_why(front):
    applied(front.api, set_site("new.localhost", listen=["127.0.0.1:0"]))
    told = front.api.call("BindingService/Explain", {"port": front.port,
                                                     "name": "new.localhost"}).json
    assert told["answered"] and told["site"] == "new.localhost"
    assert "local CA" in told["certificate"]
    assert any("is bound here" in reason for reason in told["reasons"])
    unknown = front.api.call("BindingService/Explain", {"port": front.port, "name": "no.example"})
    assert any("default of this listener" in reason for reason in unknown.json["reasons"])
    nobody = front.api.call("BindingService/Explain", {"port": 1, "name": "no.example"}).json
    assert not nobody.get("answered") and "Nothing listens on port 1" in nobody["reasons"][0]


def test_I5_sites_are_listed_and_removed_by_owner(front):
    applied(front.api, set_site("a.localhost", listen=["127.0.0.1:0"], owner="crew"),
            set_site("b.localhost", listen=["127.0.0.1:0"]))
    owned = front.api.call("SiteService/List", {"owner": "crew"}).json["sites"]
    assert [site["name"] for site in owned] == ["a.localhost"]
    applied(front.api, {"removeOwner": "crew"})
    names = [site["name"] for site in status(front.api)["sites"]]
    assert names == ["b.localhost", "default"]


def test_I6_I9_one_certificate_answers_at_several_endpoints(front, tmp_path):
    certificate, key = certificates.write_pair(tmp_path, names=("pbx.localhost",
                                                                     "tel.localhost"))
    done = change(front.api, {"setBinding": {"name": "pbx", "binding": {
        "at": [f"pbx.localhost:{front.port}", f"tel.localhost:{front.port}"],
        "certificate": {"files": {"certificate": str(certificate), "key": str(key)}}}}})
    assert done.status == 200, done.body
    wanted = certificates.fingerprint(certificates.load(certificate))
    assert certificate_of(front, "pbx.localhost") == wanted
    assert certificate_of(front, "tel.localhost") == wanted
    assert certificate_of(front, "localhost") != wanted


def test_what_is_in_force_is_a_configuration_for_another_machine(front, tmp_path):
    applied(front.api, set_site("new.localhost", listen=["127.0.0.1:0"], owner="crew"))
    text = front.api.call("ConfigurationService/Export", {"everything": True}).json["yaml"]
    checked = front.api.call("ConfigurationService/Validate", {"yaml": text}).json
    assert not checked.get("diagnostics"), json.dumps(checked)
    assert "new.localhost" in text and "owner: crew" in text
