"""All chance comes from a hash: the same source, the same stream."""

from __future__ import annotations

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from mockvideo.core.rng import ALPHANUMERIC, LOWER, REMEMBERED, Chance, Chances, digest

SOURCES = st.binary().map(digest)
PARTS = st.lists(st.binary(max_size=4) | st.text(max_size=4), max_size=4)


def as_bytes(parts: list[bytes | str]) -> list[bytes]:
    return [part if isinstance(part, bytes) else part.encode("utf-8", "surrogatepass") for part in parts]


@given(PARTS, PARTS)
def test_no_two_sequences_of_parts_have_the_same_digest(one, other) -> None:
    assert (digest(*one) == digest(*other)) == (as_bytes(one) == as_bytes(other))


def test_a_digest_takes_text_that_is_no_unicode() -> None:
    assert digest("\ud800") != digest("\ud801")


@given(SOURCES, st.lists(st.integers(0, 64), max_size=20))
def test_the_same_source_gives_the_same_stream(source, counts) -> None:
    one, other = Chance(source), Chance(source)
    assert [one.take(count) for count in counts] == [other.take(count) for count in counts]


@given(SOURCES)
def test_a_stream_does_not_repeat_itself(source) -> None:
    chance = Chance(source)
    assert len({chance.take(16) for _ in range(100)}) == 100


@given(SOURCES, st.floats(0, 1e6), st.floats(0, 1e6))
def test_a_uniform_number_lies_between_its_bounds(source, low, width) -> None:
    assert low <= Chance(source).uniform(low, low + width) <= low + width


@given(SOURCES, st.sampled_from([8, 16, 48]))
def test_an_integer_has_no_more_bits_than_asked_for(source, bits) -> None:
    assert 0 <= Chance(source).integer(bits) < 2**bits


@given(SOURCES, st.integers(0, 64), st.sampled_from([LOWER, ALPHANUMERIC]))
def test_a_text_has_the_length_and_the_letters_asked_for(source, length, alphabet) -> None:
    text = Chance(source).text(length, alphabet)
    assert len(text) == length
    assert set(text) <= set(alphabet)


@given(SOURCES)
def test_a_uuid_is_one_of_version_four(source) -> None:
    text = Chance(source).uuid()
    assert str(UUID(text)) == text
    assert (UUID(text).version, UUID(text).variant) == (4, "specified in RFC 4122")


# An account's chance

DIGESTS = st.binary(min_size=16, max_size=16)
WISHES = st.lists(st.tuples(st.sampled_from(["sora", "beluga"]), DIGESTS, st.none() | st.integers(0, 2)), max_size=8)


def drawn(wishes: list[tuple], key: str = "sk-a", seed: int = 0) -> list[bytes]:
    chances = Chances(key, seed)
    return [chances.next(*wish).take(16) for wish in wishes]


@given(WISHES.flatmap(lambda wishes: st.tuples(st.just(wishes), st.permutations(wishes))))
def test_the_same_wishes_in_any_order_draw_the_same(orders) -> None:
    first, second = (sorted(drawn([wish[:2] for wish in wishes])) for wishes in orders)
    assert first == second


@given(WISHES)
def test_no_two_wishes_draw_the_same(wishes) -> None:
    assert len(set(drawn(wishes))) == len(wishes)


def test_another_key_or_seed_or_scenarios_seed_draws_otherwise() -> None:
    body = bytes(16)
    ways = [drawn([("sora", body, own)], key, seed) for key in ("a", "b") for seed in (0, 1) for own in (None, 0, 1)]
    assert len({way[0] for way in ways}) == 12


def test_a_body_that_was_not_seen_for_long_is_drawn_from_the_beginning() -> None:
    chances, body = Chances("sk-a", 0), bytes(16)
    first, second = (chances.next("sora", body).take(16) for _ in range(2))
    for number in range(REMEMBERED):
        chances.next("sora", number.to_bytes(16, "big") + b"!")
    assert second != first == chances.next("sora", body).take(16)


@given(st.text(max_size=9), st.text(max_size=9))
def test_a_signature_belongs_to_one_text_of_one_key(one, other) -> None:
    mine, theirs = Chances("sk-a", 0), Chances("sk-b", 0)
    assert (mine.signature(one) == mine.signature(other)) is (one == other)
    assert mine.signature(one) != theirs.signature(one)
    assert len(mine.signature(one)) == 24
