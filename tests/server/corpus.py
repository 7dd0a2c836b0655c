"""Hostile request bodies as data: ``(name, body, content type)``, for every route that takes a body.

The reader itself refuses each of ``REFUSED`` with a 4xx; ``STRANGE`` is well formed, but no request of any route.
"""

from __future__ import annotations

import gzip
from collections.abc import Mapping

Body = tuple[str, bytes, str]

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=xyz"
MIB = 1 << 20


def part(content: bytes = b"a cat", *, name: bytes = b"prompt", extra: bytes = b"") -> bytes:
    """One part of a multipart body with the boundary ``xyz``; ``extra`` is more of its head."""
    return b'--xyz\r\nContent-Disposition: form-data; name="%b"%b\r\n\r\n%b\r\n' % (name, extra, content)


END = b"--xyz--\r\n"
TEXT = '{"prompt": "a cat", "model": "any"}'

NO_JSON: Mapping[str, bytes] = {
    "empty": b"",
    "only spaces": b"  \r\n",
    "larger than any cap": b" " * (53 * MIB),
    "100,000 arrays deep": b"[" * 100_000 + b"]" * 100_000,
    "100,000 objects deep": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "250 deep": b"[" * 250 + b"]" * 250,
    "10 MB of brackets": b"[" * 10_000_000,
    "a million empty arrays": b"[" + b"[]," * 1_000_000 + b"[]]",
    "100,000 keys": b"{" + b",".join(b'"k%d":1' % number for number in range(100_000)) + b"}",
    "not UTF-8": b'{"prompt": "\xff\xfe"}',
    "overlong UTF-8": b'{"prompt": "\xc0\xaf"}',
    "a raw surrogate": b'{"prompt": "\xed\xa0\x80"}',
    "a lone surrogate": rb'{"prompt": "\ud800"}',
    "a reversed pair of surrogates": rb'{"prompt": "\udc00\ud800"}',
    "a byte order mark": b"\xef\xbb\xbf" + TEXT.encode(),
    "UTF-16": TEXT.encode("utf-16"),
    "UTF-16 without a mark": TEXT.encode("utf-16-le"),
    "UTF-32": TEXT.encode("utf-32"),
    "NaN": b'{"seconds": NaN}',
    "Infinity": b'{"seconds": Infinity}',
    "minus Infinity": b'{"seconds": -Infinity}',
    "1e999": b'{"seconds": 1e999}',
    "minus 1e999, nested": b'{"a": [{"b": [0, -1E+999]}]}',
    "400 digits and a fraction": b'{"seconds": %b.5}' % (b"9" * 400),
    "5,000 digits": b'{"seed": %b}' % (b"9" * 5_000),
    "truncated": TEXT.encode()[:-1],
    "truncated in a string": TEXT.encode()[:16],
    "truncated in an escape": rb'{"prompt": "\u00',
    "truncated in a character": b'{"prompt": "\xf0\x9f',
    "two documents": TEXT.encode() * 2,
    "a trailing comma": b'{"prompt": "a cat",}',
    "single quotes": b"{'prompt': 'a cat'}",
    "a bare key": b'{prompt: "a cat"}',
    "a comment": b'{"prompt": "a cat" /* purring */}',
    "a control character": b'{"prompt": "a\x01cat"}',
    "a NUL at the end": TEXT.encode() + b"\0",
    "a leading zero": b'{"seconds": 08}',
    "a form": b"prompt=a+cat",
    "gzip": gzip.compress(TEXT.encode(), mtime=0),
}

NO_MULTIPART: Mapping[str, bytes] = {
    "empty": b"",
    "no boundary in the body": b"a cat",
    "another boundary": (part() + END).replace(b"xyz", b"abc"),
    "a preamble of 1 MB": b"a" * MIB + b"\r\n" + part() + END,
    "a preamble of line ends": b"\r\n" * MIB,
    "without the last boundary": part(),
    "truncated in a part": part(b"a" * 1_000)[:500],
    "truncated in a head": part()[:30],
    "truncated in the last boundary": part() + END[:-3],
    "20,000 parts": part() * 20_000 + END,
    "20,000 near boundaries": part(b"\r\n--xyzX" * 20_000) + END,
    "10,000 headers": part(extra=b"\r\nX-A: b" * 10_000) + END,
    "a header of 1 MB": part(extra=b"\r\nX-A: " + b"b" * MIB) + END,
    "a header name of 1 MB": part(extra=b"\r\n" + b"X" * MIB + b": b") + END,
    "a header without an end": part()[:-12] + b"\r\nX-A: " + b"b" * 100_000,
    "a header without a colon": part(extra=b"\r\nno colon") + END,
    "line feeds alone": (part() + END).replace(b"\r\n", b"\n"),
    "a thousand parameters": part(extra=b";a=b" * 500) + END,
    "no name": b"--xyz\r\nContent-Disposition: form-data\r\n\r\na cat\r\n" + END,
    "no head": b"--xyz\r\n\r\na cat\r\n" + END,
    "a NUL in a name": part(name=b"pro\0mpt") + END,
    "a name that climbs": part(name=b"../prompt") + END,
    "a name that climbs backwards": part(name=b"..\\\\prompt") + END,
    "a name of 1,025 bytes": part(name=b"n" * 1_025) + END,
    "a name that is not UTF-8": part(name=b"\xff") + END,
    "text that is not UTF-8": part(b"\xff\xfe") + END,
    "UTF-16": part("a cat".encode("utf-16")) + END,
}

NO_FORM: Mapping[str, bytes] = {
    "empty": b"",
    "a broken escape": b"prompt=100%zz",
    "half an escape": b"prompt=100%4&model=any",
    "a percent sign at the end": b"prompt=100%",
    "a broken escape in a name": b"pro%mpt=a",
    "not UTF-8": b"prompt=\xff",
    "an escape that is not UTF-8": b"prompt=%FF%FE",
    "an escaped surrogate": b"prompt=%ED%A0%80",
    "20,000 fields": b"a=b&" * 20_000,
    "a million separators": b"&" * 1_000_000,
    "a NUL in a name": b"pro%00mpt=a",
    "a name that climbs": b"..%2Fprompt=a",
    "a name of 1,025 bytes": b"n" * 1_025 + b"=a",
}

BAD_TYPES: Mapping[str, str] = {
    "no boundary": "multipart/form-data",
    "an empty boundary": "multipart/form-data; boundary=",
    "an empty quoted boundary": 'multipart/form-data; boundary=""',
    "a boundary of 257 bytes": "multipart/form-data; boundary=" + "b" * 257,
    "a boundary of 1 MB": "multipart/form-data; boundary=" + "b" * MIB,
}

REFUSED: tuple[Body, ...] = (
    *((f"JSON: {name}", body, JSON) for name, body in NO_JSON.items()),
    *((f"multipart: {name}", body, MULTIPART) for name, body in NO_MULTIPART.items()),
    *((f"multipart: {name}", part() + END, content_type) for name, content_type in BAD_TYPES.items()),
    *((f"form: {name}", body, FORM) for name, body in NO_FORM.items()),
)

STRANGE: tuple[Body, ...] = (
    ("JSON: null", b"null", JSON),
    ("JSON: a number", b"1", JSON),
    ("JSON: a string", b'"a cat"', JSON),
    ("JSON: an empty array", b"[]", JSON),
    ("JSON: an empty object", b"{}", JSON),
    ("JSON: 200 deep", b"[" * 200 + b"]" * 200, JSON),
    ("JSON: a key of 1 MB", b'{"%b": 1}' % (b"k" * (MIB - 10)), JSON),
    ("JSON: duplicate keys", b'{"prompt": "a cat", "prompt": [], "model": []}', JSON),
    ("JSON: 4,300 digits", b'{"seed": %b}' % (b"9" * 4_300), JSON),
    ("JSON: beyond 64 bits", b'{"seed": 18446744073709551616}', JSON),
    ("multipart: nothing but the end", END, MULTIPART),
    ("multipart: an epilogue of 1 MB", END + b"a" * MIB, MULTIPART),
    ("form: only a name", b"a", FORM),
)
