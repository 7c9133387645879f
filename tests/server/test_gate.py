import socket

import pytest

from ringscope.server.gate import Gate, is_loopback


def asking(method: str = "GET", path: str = "/api/runs", **headers: str) -> dict[str, str]:
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "HTTP_HOST": "127.0.0.1:5000",
        "wsgi.url_scheme": "http",
    }
    return environ | {f"HTTP_{name.upper()}": value for name, value in headers.items()}


def status(gate: Gate, environ: dict[str, str]) -> int | None:
    refusal = gate.refusal(environ)
    return refusal[0] if refusal else None


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("[::1]", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("192.168.1.5", False),
        ("::", False),
        ("example.org", False),
        ("", False),
    ],
)
def test_which_addresses_only_this_machine_reaches(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


@pytest.mark.parametrize(
    ("host", "known"),
    [
        ("127.0.0.1:5000", True),
        ("localhost", True),
        ("LOCALHOST:80", True),
        ("[::1]:5000", True),
        ("10.1.2.3:5000", True),
        ("evil.example", False),
        ("localhost.evil.example", False),
        ("127.0.0.1.evil.example", False),
        ("", False),
        ("[", False),
    ],
)
def test_a_name_that_an_attacker_may_own_is_not_ours(host: str, known: bool) -> None:
    assert status(Gate(), asking(host=host)) == (None if known else 421)


def test_names_of_this_machine_are_ours_when_others_may_reach_it() -> None:
    assert Gate("0.0.0.0", "t").knows_host(f"{socket.gethostname()}:5000")
    assert Gate("ring.example", "t").knows_host("ring.example:5000")


@pytest.mark.parametrize(
    ("headers", "foreign"),
    [
        ({}, False),
        ({"origin": "http://127.0.0.1:5000"}, False),
        ({"origin": "http://127.0.0.1:5001"}, True),
        ({"origin": "https://127.0.0.1:5000"}, True),
        ({"origin": "http://evil.example"}, True),
        ({"origin": "null"}, True),
        ({"origin": ""}, True),
        ({"sec_fetch_site": "same-origin"}, False),
        ({"sec_fetch_site": "none"}, False),
        ({"sec_fetch_site": "cross-site"}, True),
        ({"sec_fetch_site": "same-site"}, True),
    ],
)
def test_other_sites_may_change_nothing_and_open_no_socket(
    headers: dict[str, str], foreign: bool
) -> None:
    expected = 403 if foreign else None
    for method in ("POST", "DELETE", "PUT", "PATCH"):
        assert status(Gate(), asking(method, **headers)) == expected
    assert status(Gate(), asking("GET", "/socket.io/", **headers)) == expected
    assert status(Gate(), asking("GET", **headers)) is None, "looking is free"


@pytest.mark.parametrize(
    ("authorization", "expected"),
    [
        (None, 401),
        ("", 401),
        ("Bearer", 401),
        ("Bearer wrong", 401),
        ("Bearer sécret", 401),
        ("Basic secret", 401),
        ("Bearer secret", None),
        ("bearer secret", None),
    ],
)
def test_changes_need_the_token(authorization: str | None, expected: int | None) -> None:
    headers = {} if authorization is None else {"authorization": authorization}
    assert status(Gate(token="secret"), asking("POST", **headers)) == expected
    assert status(Gate(token="secret"), asking("GET", **headers)) is None
