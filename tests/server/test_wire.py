"""An answer and an order become steps: what is sent, when, and what becomes of the connection."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockvideo.core.faults import Connection
from mockvideo.server.wire import End, Pause, Send, Step, Wire, steps

HEAD = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n"
BODY = bytes(range(100))
WHOLE = HEAD + BODY

PARTS = st.sampled_from(["before", "head", "body"])
CONNECTIONS = st.builds(
    Connection,
    reset=st.none() | PARTS,
    close=st.none() | PARTS,
    hang=st.none() | PARTS,
    at=st.floats(0, 1),
    delay=st.floats(0, 9),
    drip=st.none() | st.sampled_from(["head", "body"]),
    piece=st.integers(1, 300),
    every=st.floats(0, 9),
    bandwidth=st.none() | st.integers(1, 100_000),
    not_kept=st.booleans(),
)
WIRES = st.builds(
    Wire, zeros=st.integers(0, 500), connection=st.none() | CONNECTIONS, last=st.booleans(), headless=st.booleans()
)


def played(wire: Wire, head: bytes = HEAD, body: bytes = BODY) -> list[Step]:
    return list(steps(head, body, wire))


def sent(found: Iterable[Step]) -> bytes:
    return b"".join(bytes(step.data) + bytes(step.zeros) for step in found if isinstance(step, Send))


def ordered(**fields: object) -> list[Step]:
    return played(Wire(connection=Connection(**fields)))


def pauses(found: Iterable[Step]) -> list[float]:
    return [step.seconds for step in found if isinstance(step, Pause)]


@given(WIRES, st.binary(max_size=50), st.binary(max_size=50))
def test_what_is_sent_is_the_beginning_of_the_answer_and_one_end_is_the_last_step(wire, head, body) -> None:
    found = played(wire, head, body)
    whole = (b"" if wire.headless else head) + body + bytes(wire.zeros)
    assert whole.startswith(sent(found))
    assert [step for step in found if isinstance(step, End)] == found[-1:]
    assert all(step.size for step in found if isinstance(step, Send))


@given(WIRES)
def test_an_answer_is_cut_only_where_the_connection_fails(wire) -> None:
    fault = wire.connection
    if fault is None or not fault.loses:
        assert len(sent(played(wire))) == (0 if wire.headless else len(HEAD)) + len(BODY) + wire.zeros


def test_an_answer_without_a_fault_is_sent_at_once_and_the_connection_kept() -> None:
    assert played(Wire()) == [Send(WHOLE), End.KEEP]


@pytest.mark.parametrize(("word", "end"), [("reset", End.RESET), ("close", End.CLOSE), ("hang", End.HANG)])
@pytest.mark.parametrize(
    ("part", "comes"), [("before", b""), ("head", HEAD[: len(HEAD) * 3 // 4]), ("body", HEAD + BODY[:75])]
)
def test_the_connection_fails_in_this_part(word, end, part, comes) -> None:
    found = ordered(**{word: part}, at=0.75)
    assert (sent(found), found[-1]) == (comes, end)


@pytest.mark.parametrize(("at", "comes"), [(0, HEAD), (0.999, WHOLE[:-1]), (1, WHOLE)])
def test_a_share_below_one_always_leaves_something_out(at, comes) -> None:
    assert sent(ordered(close="body", at=at)) == comes


def test_without_a_body_all_of_it_is_the_head() -> None:
    assert played(Wire(connection=Connection(reset="body")), body=b"") == [Send(HEAD), End.RESET]


def test_the_share_of_a_body_counts_its_zeros() -> None:
    assert sent(played(Wire(zeros=900, connection=Connection(close="body", at=0.5)))) == WHOLE + bytes(400)


def test_an_end_that_nobody_can_find_is_followed_by_nothing() -> None:
    assert played(Wire(last=True)) == [Send(WHOLE), End.CLOSE]


def test_noise_has_no_head() -> None:
    assert played(Wire(headless=True, last=True)) == [Send(BODY), End.CLOSE]


def test_a_connection_that_is_not_kept_is_closed_after_the_whole() -> None:
    assert ordered(not_kept=True) == [Send(WHOLE), End.CLOSE]


def test_a_delay_comes_before_the_first_byte() -> None:
    assert ordered(delay=61) == [Pause(61), Send(WHOLE), End.KEEP]


def test_a_delay_comes_before_a_failure_too() -> None:
    assert ordered(delay=61, close="before") == [Pause(61), End.CLOSE]


def test_a_head_drips_and_then_the_body_comes_at_once() -> None:
    found = ordered(drip="head", piece=10, every=2)
    pieces = [bytes(step.data) for step in found if isinstance(step, Send)]
    assert pieces == [HEAD[start : start + 10] for start in range(0, len(HEAD), 10)] + [BODY]
    assert pauses(found) == [2.0] * (len(pieces) - 2)


def test_a_body_drips_after_its_head() -> None:
    found = ordered(drip="body", piece=40, every=0.5)
    assert found == [
        *(Send(HEAD), Send(BODY[:40]), Pause(0.5), Send(BODY[40:80]), Pause(0.5), Send(BODY[80:])),
        End.KEEP,
    ]


def test_a_drip_ends_where_the_connection_fails() -> None:
    found = ordered(drip="body", piece=40, reset="body", at=0.5)
    assert sent(found) == HEAD + BODY[:50]
    assert found[-1] is End.RESET


@given(st.integers(1, 10_000), st.integers(0, 3_000))
def test_no_more_comes_than_the_bandwidth_lets_through(bandwidth, zeros) -> None:
    found = played(Wire(zeros=zeros, connection=Connection(bandwidth=bandwidth)))
    came, since = 0, 0.0
    for step in found[:-1]:
        if isinstance(step, Pause):
            since += step.seconds
        else:
            came += step.size
            # One piece is there before any time has passed.
            assert came <= bandwidth * since + max(1, bandwidth // 20) + 1e-6
    assert came == len(WHOLE) + zeros


@given(st.binary(max_size=20), st.integers(0, 20), st.integers(0, 50), st.integers(0, 50))
def test_a_part_is_the_part_of_the_whole(data, zeros, start, more) -> None:
    whole = data + bytes(zeros)
    assert sent([Send(data, zeros).part(start, start + more)]) == whole[start : start + more]


@given(st.binary(max_size=20), st.integers(0, 20), st.integers(1, 9))
def test_pieces_are_the_whole(data, zeros, size) -> None:
    pieces = list(Send(data, zeros).pieces(size))
    assert sent(pieces) == data + bytes(zeros)
    assert all(piece.size == size for piece in pieces[:-1])


def test_four_gigabytes_are_no_memory() -> None:
    (found, end) = played(Wire(zeros=4 << 30))
    assert (found.size, len(found.data), end) == (len(WHOLE) + (4 << 30), len(WHOLE), End.KEEP)
