"""Settings by name: where they may stand, which place wins, and what a value may be."""

from __future__ import annotations

import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockvideo.core.scenario import Allowance
from mockvideo.core.timing import AT_ONCE
from mockvideo.server.environment import SETTINGS, Setup, from_environment, local_url, read_project, setup
from mockvideo.server.notation import SetupError
from mockvideo.server.webhooks.egress import Place

ports = st.none() | st.integers(0, 65535)


def test_without_a_word_everything_is_as_usual() -> None:
    assert setup({}, {}, {}) == Setup()


@given(ports, ports, ports)
def test_a_flag_goes_before_the_environment_and_that_before_the_project(
    flag: int | None, variable: int | None, project: int | None
) -> None:
    flags = {"port": None if flag is None else str(flag)}
    environ = {} if variable is None else {"MOCKVIDEO_PORT": str(variable)}
    table = {} if project is None else {"port": project}

    said = [value for value in (flag, variable, project, 8420) if value is not None]
    assert setup(flags, environ, table).port == said[0]


@pytest.mark.parametrize(
    ("variable", "value", "setting", "read"),
    [
        ("MOCKVIDEO_HOST", "::1", "host", "::1"),
        ("MOCKVIDEO_PORT", "0", "port", 0),
        ("MOCKVIDEO_LISTEN", "sora=1, a4f=2 beluga=3", "listen", (("sora", 1), ("a4f", 2), ("beluga", 3))),
        ("MOCKVIDEO_LOG", "json", "log", "json"),
        ("MOCKVIDEO_READY_FILE", "r.json", "ready_file", Path("r.json")),
    ],
)
def test_a_variable_says_how_to_listen(variable: str, value: str, setting: str, read: object) -> None:
    assert getattr(from_environment({variable: value}), setting) == read


@pytest.mark.parametrize(
    ("variable", "value", "option", "read"),
    [
        ("MOCKVIDEO_MEDIA", "data", "media", "data"),
        ("MOCKVIDEO_PUBLIC_URL", "https://mock.test/x/", "public_url", "https://mock.test/x"),
        ("MOCKVIDEO_ALLOWED_HOSTS", "a.test b.test", "allowed_hosts", ("a.test", "b.test")),
        ("MOCKVIDEO_ALLOWED_HOST", "a.test", "allowed_hosts", ("a.test",)),
        ("MOCKVIDEO_WEBHOOKS", "any", "webhooks", "any"),
        ("MOCKVIDEO_WEBHOOK_ALLOW", "A.test:1 [::1]:2", "webhook_allow", (Place("a.test", 1), Place("::1", 2))),
        ("MOCKVIDEO_CORS_ORIGINS", "http://localhost:3000,*", "cors_origins", ("http://localhost:3000", "*")),
    ],
)
def test_a_variable_says_how_to_answer(variable: str, value: str, option: str, read: object) -> None:
    assert getattr(from_environment({variable: value}).options, option) == read


@pytest.mark.parametrize(
    ("variable", "value", "allowance"),
    [
        ("MOCKVIDEO_CREDITS", "2.50", Allowance(credits=Decimal("2.50"))),
        ("MOCKVIDEO_PLAN", "free", Allowance(plan="free")),
        ("MOCKVIDEO_SLOTS", "documented", Allowance(slots="documented")),
        ("MOCKVIDEO_REQUESTS_PER_MINUTE", "10", Allowance(requests_per_minute=10)),
        ("MOCKVIDEO_REQUESTS_PER_DAY", "300", Allowance(requests_per_day=300)),
    ],
)
def test_a_variable_says_what_every_account_may_use(variable: str, value: str, allowance: Allowance) -> None:
    assert from_environment({variable: value}).options.settings.allowance == allowance


def test_a_scenario_is_one_that_ships() -> None:
    settings = setup({"scenario": "503", "strict": True}, {}, {}).options.settings
    assert (settings.scenario, settings.strict) == ("503", True)
    assert settings.library["503"].rules[0].status == 503


def test_a_scenario_may_be_a_file(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("seed = 7", "utf-8")
    settings = setup({"scenario": str(tmp_path / "mine.toml")}, {}, {}).options.settings
    assert (settings.scenario, settings.library["mine"].seed) == ("mine", 7)


def test_scenarios_may_be_a_folder(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("seed = 7", "utf-8")
    settings = setup({"scenarios": str(tmp_path)}, {}, {}).options.settings
    assert (settings.scenario, settings.library["mine"].seed) == (None, 7)


def test_a_scenario_file_that_is_wrong_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("sead = 7", "utf-8")
    with pytest.raises(SetupError, match=r"mine.toml:1: sead is not known; did you mean seed"):
        setup({"scenario": "mine", "scenarios": str(tmp_path)}, {}, {})


def test_a_variable_that_is_empty_says_nothing() -> None:
    assert from_environment({f"MOCKVIDEO_{each.name.upper()}": "" for each in SETTINGS}) == Setup()


def test_a_speed_is_a_number_or_instant() -> None:
    assert from_environment({"MOCKVIDEO_SPEED": "0.5"}).options.settings.speed == 0.5
    assert from_environment({"MOCKVIDEO_SPEED": "instant"}).options.settings.timing == AT_ONCE


def test_a_seed_may_be_below_zero() -> None:
    assert from_environment({"MOCKVIDEO_SEED": "-7"}).options.settings.seed == -7


def test_a_digest_signs_as_it_is_or_as_its_text() -> None:
    assert from_environment({}).options.settings.webhook_secret == "raw"
    assert from_environment({"MOCKVIDEO_WEBHOOK_SECRET": "hex"}).options.settings.webhook_secret == "hex"


def test_keys_come_from_both_places(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("# one a line\n a \n\nb\n", "utf-8")
    environ = {"MOCKVIDEO_KEY": "c d", "MOCKVIDEO_KEYS": str(tmp_path / "keys")}

    assert from_environment(environ).options.settings.keys == {"a", "b", "c", "d"}


@pytest.mark.parametrize(
    ("host", "beyond"),
    [
        ("127.0.0.1", False),
        ("127.8.8.8", False),
        ("::1", False),
        ("localhost", False),
        ("0.0.0.0", True),
        ("box", True),
    ],
)
def test_a_server_knows_whether_others_can_reach_it(host: str, *, beyond: bool) -> None:
    assert from_environment({"MOCKVIDEO_HOST": host}).options.beyond_loopback is beyond


@pytest.mark.parametrize(
    ("given_flags", "message"),
    [
        ({"port": "65536"}, "--port: '65536' is no port"),
        ({"port": "-1"}, "--port: '-1' is no port"),
        ({"listen": ["sora"]}, "--listen: 'sora' names no dialect and port; write it like NAME=8421"),
        ({"listen": ["=1"]}, "--listen: '=1' names no dialect"),
        ({"listen": ["sora=x"]}, "--listen: 'x' is no port"),
        ({"speed": "-1"}, "--speed: '-1' is no speed; give a number above 0, or instant"),
        ({"speed": "nan"}, "'nan' is no speed"),
        ({"credits": "-1"}, "--credits: '-1' is no amount; give a number like 25 or 2.50"),
        ({"slots": "0"}, "--slots: '0' is no limit; give a whole number above 0, or documented"),
        ({"requests_per_minute": "many"}, "--requests-per-minute: 'many' is no limit"),
        ({"strict": "perhaps"}, "--strict: 'perhaps' is neither yes nor no; write 1 or 0"),
        ({"scenarios": "/nowhere"}, "--scenarios: /nowhere is no folder"),
        ({"scenario": "stuck-at-98"}, "--scenario: there is no scenario 'stuck-at-98'; did you mean stuck-at-99"),
        ({"scenario": "no/such.toml"}, "--scenario: "),
        ({"speed": "1e999"}, "'1e999' is no speed"),
        ({"seed": "1.5"}, "--seed: '1.5' is no whole number"),
        ({"media": "ftp"}, "--media: 'ftp' is not known; choose http or data"),
        ({"webhooks": "all"}, "--webhooks: 'all' is not known; choose local, allowlist or any"),
        (
            {"webhook_allow": ["a.test"]},
            "'a.test' is no receiver; write it like hooks.example.com:443",
        ),
        ({"webhook_allow": ["http://a:1"]}, "--webhook-allow: 'http://a:1' is no receiver; write it like"),
        ({"webhook_secret": "base64"}, "--webhook-secret: 'base64' is not known; choose raw or hex"),
        ({"log": "loud"}, "--log: 'loud' is not known; choose text, json or off"),
        ({"public_url": "mock.test"}, "--public-url: 'mock.test' is no URL"),
        ({"public_url": "http://a b"}, "is no URL"),
        ({"public_url": "http://me@mock.test"}, "--public-url: 'me@mock.test' is not a host name"),
        ({"allowed_host": ["http://a"]}, "--allowed-host: 'http://a' is not a host name"),
        ({"cors_origin": ["localhost"]}, "--cors-origin: 'localhost' is no origin"),
        ({"cors_origin": ["http://a/b"]}, "is no origin"),
        ({"keys": "."}, "--keys: cannot read .: "),
    ],
)
def test_a_bad_value_is_refused_with_the_name_of_its_place(given_flags: dict[str, Any], message: str) -> None:
    with pytest.raises(SetupError) as raised:
        setup(given_flags, {}, {})

    assert message in str(raised.value)


@pytest.mark.parametrize(("content", "message"), [(b"# none\n", "has no keys"), (b"\xff", "is not text in UTF-8")])
def test_a_file_without_keys_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "keys"
    path.write_bytes(content)

    with pytest.raises(SetupError, match=f"MOCKVIDEO_KEYS: .*{message}"):
        from_environment({"MOCKVIDEO_KEYS": str(path)})


def project(folder: Path, text: str) -> Path:
    (folder / "pyproject.toml").write_text(text, "utf-8")
    return folder


def test_a_project_says_lists_and_numbers_in_its_own_way(tmp_path: Path) -> None:
    text = '[tool.mockvideo]\nport = 0\nlisten = ["sora=1"]\nallowed_hosts = ["a.test"]\npublic-url = "http://b.test"\n'
    found = setup({}, {}, read_project(project(tmp_path, text)))

    assert (found.port, found.listen) == (0, (("sora", 1),))
    assert (found.options.allowed_hosts, found.options.public_url) == (("a.test",), "http://b.test")


def test_a_list_may_be_one_text(tmp_path: Path) -> None:
    found = setup({}, {}, read_project(project(tmp_path, '[tool.mockvideo]\nkey = "a, b"\nspeed = 2\n')))

    assert (found.options.settings.keys, found.options.settings.speed) == ({"a", "b"}, 2)


def test_a_value_of_a_project_is_refused_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"^\[tool\.mockvideo\] listen: '5' names no dialect"):
        setup({}, {}, read_project(project(tmp_path, "[tool.mockvideo]\nlisten = 5\n")))


@pytest.mark.parametrize(
    ("name", "near"), [("prot", "did you mean port?"), ("zzz", "did you mean host, port, listen, speed, seed")]
)
def test_a_name_that_is_no_setting_is_refused_with_the_nearest(tmp_path: Path, name: str, near: str) -> None:
    with pytest.raises(SetupError, match=rf"^\[tool\.mockvideo\] {name} is not a setting; .*") as raised:
        read_project(project(tmp_path, f"[tool.mockvideo]\n{name} = 1\n"))

    assert near in str(raised.value)


@pytest.mark.parametrize("text", ["", "[tool.other]\nport = 1\n", "[project]\n"])
def test_a_project_need_not_know_of_us(tmp_path: Path, text: str) -> None:
    assert read_project(project(tmp_path, text)) == {}


def test_a_folder_need_not_be_a_project(tmp_path: Path) -> None:
    assert read_project(tmp_path) == {}


def test_a_project_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"pyproject\.toml cannot be read: "):
        read_project(project(tmp_path, "[tool"))


@pytest.mark.parametrize(
    ("environ", "url"),
    [
        ({}, "http://127.0.0.1:8420"),
        ({"MOCKVIDEO_PORT": "9"}, "http://127.0.0.1:9"),
        ({"MOCKVIDEO_HOST": "0.0.0.0"}, "http://127.0.0.1:8420"),
        ({"MOCKVIDEO_HOST": "::"}, "http://[::1]:8420"),
        ({"MOCKVIDEO_HOST": "box", "MOCKVIDEO_PORT": "9"}, "http://box:9"),
        ({"MOCKVIDEO_URL": "https://mock.test/", "MOCKVIDEO_PORT": "x"}, "https://mock.test"),
    ],
)
def test_the_environment_means_one_server(environ: dict[str, str], url: str) -> None:
    assert local_url(environ) == url


def test_an_application_reads_the_same_variables() -> None:
    program = "from mockvideo.asgi import app; print(app.service.options.media, app.service.options.settings.seed)"
    environ = {**os.environ, "MOCKVIDEO_MEDIA": "data", "MOCKVIDEO_SEED": "3"}

    told = subprocess.run([sys.executable, "-c", program], env=environ, capture_output=True, text=True, check=True)

    assert told.stdout == "data 3\n"
