"""Configuration files are read again: by a signal, by the API, or because they have changed."""

import signal

from support.admin import AdminSocket
from support.upstreams import says
from support.wait import until


def api_of(running):
    api = AdminSocket(running.state / "gatehouse.sock")
    until(api.answers, "the admin socket answers")
    return api


def write(file, sites):
    """Replaces the file as an editor does."""
    lines = ["version: 1", "sites:"]
    for name, url in sites.items():
        lines += [f"  {name}:", f"    upstreams: [{url}]", '    listen: ["127.0.0.1:0"]']
    next_file = file.with_suffix(".new")
    next_file.write_text("\n".join(lines) + "\n")
    next_file.rename(file)


def start(gatehouse, tmp_path, sites):
    folder = tmp_path / "etc"
    folder.mkdir()
    file = folder / "gatehouse.yaml"
    write(file, sites)
    running = gatehouse("--config", file, listen=())
    running.api = api_of(running)
    return running, file


def get(running, name):
    with running.connect(server_name=name) as wire:
        return wire.ask(host=f"{name}:{running.port}").text


def names(running):
    status = running.api.call("StatusService/Get").json
    return [site["name"] for site in status["sites"]]


def test_A7_A14_a_reload_by_signal_serves_what_the_file_says_now(gatehouse, upstream, tmp_path):
    """T11: no restart; a connection that waits lives on, and so does the process."""
    one, two = upstream(says("one")), upstream(says("two"))
    running, file = start(gatehouse, tmp_path, {"a.localhost": one.url})
    with running.connect(server_name="a.localhost") as waiting:
        assert waiting.ask(host="a.localhost").text == "one"
        write(file, {"a.localhost": two.url, "b.localhost": one.url})
        running.signal(signal.SIGHUP)
        until(lambda: names(running) == ["a.localhost", "b.localhost"], "the new site is there")
        assert waiting.ask(host="a.localhost").text == "two"
        assert get(running, "b.localhost") == "one"


def test_a_changed_file_is_taken_over_by_itself(gatehouse, upstream, tmp_path):
    one, two = upstream(says("one")), upstream(says("two"))
    running, file = start(gatehouse, tmp_path, {"a.localhost": one.url})
    write(file, {"a.localhost": two.url})
    until(lambda: get(running, "a.localhost") == "two", "the file is read again")


def test_T8_a_file_of_conf_d_is_taken_over_and_tells_where_a_value_comes_from(gatehouse, upstream,
                                                                              tmp_path):
    running, file = start(gatehouse, tmp_path, {"a.localhost": upstream(says("a")).url})
    overlay = file.parent / "conf.d"
    overlay.mkdir()
    write(overlay / "10-b.yaml", {"b.localhost": upstream(says("b")).url})
    running.signal(signal.SIGHUP)
    until(lambda: names(running) == ["a.localhost", "b.localhost"], "the overlay is read")
    rows = {site["name"]: site["defined"]
            for site in running.api.call("SiteService/List").json["sites"]}
    assert rows["b.localhost"].startswith(f"{overlay}/10-b.yaml:")
    refused = running.api.call("ConfigurationService/Change",
                               {"edits": [{"removeSite": "b.localhost"}]})
    assert f"{overlay}/10-b.yaml:" in refused.json["message"]


def test_a_configuration_that_is_wrong_in_any_part_changes_nothing(gatehouse, upstream, tmp_path):
    one = upstream(says("one"))
    running, file = start(gatehouse, tmp_path, {"a.localhost": one.url})
    good = file.read_text()
    file.write_text(good + "  b.localhost:\n    upstrem: [http://127.0.0.1:1]\n")
    running.signal(signal.SIGHUP)
    until(lambda: running.api.call("StatusService/Get").json.get("lastError"), "it says so")
    assert "upstrem" in running.api.call("StatusService/Get").json["lastError"]
    assert names(running) == ["a.localhost"]
    assert get(running, "a.localhost") == "one"
    refused = running.api.call("ConfigurationService/Reload")
    assert refused.json["diagnostics"][0]["line"] == 7, refused.body
    file.write_text(good)
    done = running.api.call("ConfigurationService/Reload")
    assert done.json["applied"], done.body
    assert not running.api.call("StatusService/Get").json.get("lastError")


def test_a_dry_reload_tells_what_it_would_do(gatehouse, upstream, tmp_path):
    one = upstream(says("one"))
    running, file = start(gatehouse, tmp_path, {"a.localhost": one.url})
    response = running.api.call("ConfigurationService/Reload", {"dryRun": True})
    assert not response.json.get("plan"), "nothing has changed"


def test_a_program_that_starts_with_a_wrong_file_says_what_and_where(gatehouse, tmp_path):
    file = tmp_path / "gatehouse.yaml"
    file.write_text("version: 1\nsites:\n  a.localhost: {upstrem: http://127.0.0.1:1}\n")
    running = gatehouse("--config", file, listen=(), wait=False)
    assert running.wait() == 3
    said = running.events()
    assert "error[GH" in said and f"{file}:3" in said and "upstreams" in said


def test_many_reloads_lose_no_request_of_a_connection_that_stays(gatehouse, upstream, tmp_path):
    one, two = upstream(says("one")), upstream(says("two"))
    running, file = start(gatehouse, tmp_path, {"a.localhost": one.url})
    with running.connect(server_name="a.localhost") as wire:
        for number in range(10):
            write(file, {"a.localhost": (two if number % 2 else one).url,
                         f"x{number}.localhost": one.url})
            done = running.api.call("ConfigurationService/Reload")
            assert done.json.get("applied"), done.body
            assert wire.ask(host="a.localhost").text == ("two" if number % 2 else "one")
