"""All chance, seeded: bits from a keyed hash, independent of the order in which requests arrive."""

from __future__ import annotations

from collections import OrderedDict
from functools import lru_cache
from hashlib import blake2b

LOWER = "0123456789abcdefghijklmnopqrstuvwxyz"
# How many different bodies are counted; a forgotten one begins again, and passes over ids that are taken.
REMEMBERED = 10_000
ALPHANUMERIC = LOWER + "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def digest(*parts: bytes | str) -> bytes:
    """Hash the parts to 64 bytes; no two different sequences of parts give the same input."""
    hasher = blake2b()
    for part in parts:
        data = part if isinstance(part, bytes) else part.encode("utf-8", "surrogatepass")
        hasher.update(b"%d:" % len(data))
        hasher.update(data)
    return hasher.digest()


@lru_cache(maxsize=16)
def _table(alphabet: str) -> bytes:
    # Not quite even, as 256 is no multiple of 36 or 62: ids must differ, not be secret.
    return bytes(ord(alphabet[byte % len(alphabet)]) for byte in range(256))


class Chance:
    """A stream of chance that is the same for the same ``source``."""

    __slots__ = ("_block", "_bytes", "_source", "_used")

    def __init__(self, source: bytes) -> None:
        self._source = source
        self._bytes = source
        self._used = 0
        self._block = 0

    def take(self, count: int) -> bytes:
        """Return the next ``count`` bytes, at most 64."""
        if self._used + count > len(self._bytes):
            self._block += 1
            self._bytes = digest(self._source, str(self._block))
            self._used = 0
        self._used += count
        return self._bytes[self._used - count : self._used]

    def integer(self, bits: int) -> int:
        """Return a whole number from 0 to 2**bits - 1; ``bits`` is a multiple of 8."""
        return int.from_bytes(self.take(bits // 8), "big")

    def uniform(self, low: float, high: float) -> float:
        """Return a number from ``low`` to ``high``."""
        return low + (high - low) * (self.integer(48) / 2**48)

    def text(self, length: int, alphabet: str = LOWER) -> str:
        """Return so many characters of the alphabet."""
        return self.take(length).translate(_table(alphabet)).decode()

    def uuid(self) -> str:
        """Return a version 4 UUID."""
        digits = self.take(16).hex()
        # Version and variant as in RFC 9562, 5.4.
        variant = "89ab"[int(digits[16], 16) % 4]
        return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"


class Chances:
    """All chance of one account: the same key, seed and requests draw the same, whatever came between."""

    __slots__ = ("_hasher", "_seen")

    def __init__(self, key: str, seed: int) -> None:
        self._hasher = blake2b(digest(key, str(seed)))
        self._seen: OrderedDict[tuple[str, bytes], int] = OrderedDict()

    def next(self, dialect: str, body: bytes, seed: int | None = None) -> Chance:
        """Return the chance of the next occurrence of this body (a digest, always of the same length)."""
        seen = self._seen.pop((dialect, body), 0)
        self._seen[dialect, body] = seen + 1
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        hasher = self._hasher.copy()
        hasher.update(body + seen.to_bytes(8) + dialect.encode())
        if seed is not None:
            hasher.update(b" seed %d" % seed)
        return Chance(hasher.digest())

    def signature(self, text: str) -> str:
        """Return what nobody can guess who knows only the text."""
        hasher = self._hasher.copy()
        hasher.update(text.encode())
        return hasher.hexdigest()[:24]
