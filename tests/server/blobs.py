"""Raw bytes of hostile connections as data. What is wrong with most is one thing: the rest is a submission or an order
to the control API that would be obeyed, so that whatever comes through leaves a trace."""

from __future__ import annotations

import random
from typing import NamedTuple

KEY = b"sk-blob-000"
MIB = 1 << 20

SUBMIT = b"POST /sora/v1/videos HTTP/1.1"
ORDER = b"POST /_mockvideo/accounts HTTP/1.1"
LOST = b"GET /nowhere HTTP/1.1"
HOST = b"Host: localhost"
BEARER = b"Authorization: Bearer " + KEY
JSON = b"Content-Type: application/json"
CODED = b"Transfer-Encoding: "
CHUNKED = CODED + b"chunked"
DOCUMENT = b'{"model":"sora-2","prompt":"a cat"}'
LENGTH = b"Content-Length: %d" % len(DOCUMENT)
CHUNK = b"%x\r\n%b\r\n" % (len(DOCUMENT), DOCUMENT)
LAST = b"0\r\n\r\n"


class Blob(NamedTuple):
    """What one connection sends; it ends its side after that if it ``leaves``.

    In the account of ``KEY`` it may leave so many jobs and journal entries: none, unless it has a legal request.
    """

    name: str
    data: bytes
    jobs: int = 0
    entries: int = 0
    leaves: bool = False

    def of(self, key: bytes) -> bytes:
        """The same bytes with another key, which has to be as long."""
        return self.data.replace(KEY, key)


def message(line: bytes, *fields: bytes, body: bytes = b"") -> bytes:
    return b"\r\n".join([line, *fields, b"", body])


def submission(
    *more: bytes, line: bytes = SUBMIT, host: bytes = HOST, framing: bytes = LENGTH, body: bytes = DOCUMENT
) -> bytes:
    """The head of a submission and what follows it; ``more`` fields stand in the middle."""
    return message(line, host, BEARER, JSON, *more, framing, body=body)


def lost(*fields: bytes, body: bytes = b"") -> bytes:
    """A request for what is not there."""
    return message(LOST, HOST, *fields, body=body)


def order(target: bytes, host: bytes = HOST) -> bytes:
    """What makes an account if it reaches the control API."""
    return message(ORDER.replace(b"/_mockvideo/accounts", target), host, JSON, b"Content-Length: 2", body=b"{}")


def chunked(coding: bytes) -> bytes:
    return submission(framing=CHUNKED, body=coding)


GOOD = submission()
GONE = lost()
# The first leaves an entry, even if nobody waits for its answer.
HIDDEN = message(b"GET /sora/v1/videos/video_x HTTP/1.1", HOST, BEARER) + GOOD
UPGRADE = b"Connection: Upgrade"
H2C = (b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: h2c", b"HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA")
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
SETTINGS = b"\0\0\0\x04\0\0\0\0\0"
HELLO = b"\x16\x03\x01\x00\x45\x01\x00\x00\x41\x03\x03" + bytes(range(32)) + b"\0\0\x02\x13\x01\x01\0\0\x16\0\0\0\x0e"

METHODS = (
    *(b"", b"post", b"Post", b"BREW", b"POSTPOST", b"PO ST", b"PO\tST", b"PO-ST", b"POST\0", b"\0POST", b"{}", b"\xff"),
    *(b" POST", b"\tPOST", b"\nPOST\n", b"POST:", b'"POST"', b"POST,GET", b"A" * 1_000),
    # Methods that the parser knows, but no submission.
    *b"""TRACE CONNECT PURGE PROPFIND MKCOL LOCK SEARCH M-SEARCH LINK QUERY SOURCE PRI DESCRIBE ANNOUNCE
    PATCH PUT DELETE""".split(),
)
VERSIONS = (
    *b"""HTTP HTTP/ HTTP/1 HTTP/1. HTTP/.1 HTTP/1.2 HTTP/1.10 HTTP/01.1 HTTP/3.0 HTTP/9.9 HTTP/-1.1 HTTP/1,1 HTTP/1.1.1
    http/1.1 HTTPS/1.1 HTP/1.1 HTTP\\1.1 SIP/2.0 ICE/1.0""".split(),
    *(b"", b"HTTP/1.1 ", b"HTTP/1.1 x", b"HTTP/1.1\0", b"HTTP/1.1\t", b"HTTP 1.1", b"HTTP/1.1\rX: a"),
    b"HTTP/\xef\xbc\x91.1",
)
LINES = {
    "tabs": SUBMIT.replace(b" ", b"\t"),
    "vertical tabs": SUBMIT.replace(b" ", b"\v"),
    "form feeds": SUBMIT.replace(b" ", b"\f"),
    "no-break spaces": SUBMIT.replace(b" ", b"\xa0"),
    "no space before the target": SUBMIT.replace(b"POST /", b"POST/"),
    "no target": b"POST HTTP/1.1",
    "an empty target": b"POST  HTTP/1.1",
    "two lines": SUBMIT + b"\r\n" + SUBMIT,
    "a method of 1 MB": b"P" * MIB + b" / HTTP/1.1",
    "a target of 100,000 bytes": b"POST /" + b"a" * 100_000 + b" HTTP/1.1",
    "a line of 1 MB": b"POST /" + b"a" * MIB + b" HTTP/1.1",
    "a query of 1 MB": b"POST /sora/v1/videos?" + b"a" * MIB + b" HTTP/1.1",
    "a million slashes": b"POST " + b"/" * MIB + b" HTTP/1.1",
    "a version of 1 MB": SUBMIT + b"1" * MIB,
}
# None of these is the path of a submission.
TARGETS = (
    *rb"""//sora/v1/videos ///sora/v1/videos /sora//v1/videos /./sora/v1/videos /x/../sora/v1/videos /%2fsora/v1/videos
    /sora/v1/../v1/videos /sora/v1/%2e%2e/v1/videos /sora/v1/x%2f..%2fvideos /SORA/v1/videos /sora/v1/videos;a=b
    /sora/v1/videos%00 /sora/v1/videos%20 /sora/v1/videos%0d%0a /sora%00/v1/videos /sora/v1/videos%
    /sora\v1\videos /sora%5cv1%5cvideos /sora%252fv1%252fvideos /sora%3fv1/videos /sora/v1/videos\ /sora/v1/videos|
    /%c0%afsora/v1/videos /sora%c0%afv1%c0%afvideos /sora%e0%80%afv1%e0%80%afvideos /sora%u002fv1/videos
    /sora/v1/videos%c0%80 /sora/v1/videos%ed%a0%80 /sora/v1/videos%f4%90%80%80 /sora/v1/video%ff
    /% /%4 /%zz /.. /../../etc/passwd /..%2f..%2fetc%2fpasswd /%2e%2e/%2e%2e/etc/passwd
    /media/../../etc/passwd /media/%2e%2e%2f%2e%2e%2fetc%2fpasswd /media/%00
    /x%0d%0aHTTP/1.1%20200%20OK%0d%0a%0d%0a /x?%0d%0aSet-Cookie:a=b
    * ? # sora/v1/videos \sora\v1\videos http://localhost http:// http: http:/sora/v1/videos http:///sora/v1/videos
    http://localhost?a http://[::1/sora/v1/videos http://a@b@localhost/sora/v1/videos http://localhost//sora/v1/videos
    http://localhost:99999/sora/v1/videos //localhost/sora/v1/videos ://localhost/sora/v1/videos localhost:80
    file:///etc/passwd javascript:alert(1) data:,x""".split(),
    *(b"/sora/v1/\x01", b"/sora/v1/\x7f", b"/sora/v1/\0videos", b"/sora/v1/videos\xff", b"/sora/v1/vid\xc3\xa9os"),
    *(b"/\xc0\xafsora/v1/videos", b"/sora/v1/videos\xa0", b"http://local host/sora/v1/videos"),
)
# None of these is a path of the control API.
ASTRAY = (
    *rb"""//_mockvideo/accounts ///_mockvideo/accounts /_mockvideo//accounts /./_mockvideo/accounts
    /x/../_mockvideo/accounts /sora/../_mockvideo/accounts /media/../_mockvideo/accounts /sora/_mockvideo/accounts
    /%2e/_mockvideo/accounts /sora%2f..%2f_mockvideo/accounts /sora%2f_mockvideo/accounts /%2f_mockvideo/accounts
    /_mockvideo/./accounts /_mockvideo/x/../accounts /_mockvideo/health/../accounts /_mockvideo/health/accounts
    /_mockvideo/health%2f..%2faccounts /_MOCKVIDEO/accounts /_mockvideo/ACCOUNTS /_mockvideo/accounts/
    /_mockvideo/accounts%00 /_mockvideo/accounts%20 /_mockvideo%00/accounts /_mockvideo\accounts /_mockvideo%5caccounts
    /_mockvideo%252faccounts /%255fmockvideo/accounts /_mockvideo%c0%afaccounts /_mockvideo%e0%80%afaccounts
    /_mockvideo;/accounts /_mockvideo/accounts;a=b /_mockvideo%3faccounts /_mockvideo%23accounts
    /%ef%bc%bfmockvideo/accounts //localhost/_mockvideo/accounts http://localhost//_mockvideo/accounts""".split(),
    b"/\xef\xbc\xbfmockvideo/accounts",
)
# These are, but come under a name that is not ours.
REACHING = b"""/_mockvideo/accounts /_mockvideo/accounts?a=b /%5fmockvideo/accounts /_mockvideo%2faccounts
    /_mockvideo/%61ccounts http://localhost/_mockvideo/accounts http://evil.example/_mockvideo/accounts""".split()
HOSTS = {
    "none": b"A: b",
    "empty": b"Host:",
    "blank": b"Host:  ",
    "two": b"Host: localhost\r\nHost: localhost",
    "two that differ": b"Host: localhost\r\nHost: evil.example",
    "two that differ, the good one last": b"Host: evil.example\r\nHost: localhost",
    "two in one": b"Host: localhost, evil.example",
    "two in one without a comma": b"Host: localhost evil.example",
    "foreign": b"Host: evil.example",
    "foreign below ours": b"Host: localhost.evil.example",
    "foreign, forwarded for ours": b"Host: evil.example\r\nX-Forwarded-Host: localhost\r\nForwarded: host=localhost",
    "with a user": b"Host: localhost@evil.example",
    "with our user": b"Host: evil.example@localhost",
    "a URL": b"Host: http://localhost",
    "with a path": b"Host: localhost/_mockvideo",
    "with a port in letters": b"Host: localhost:http",
    "with a port that is negative": b"Host: localhost:-1",
    "half an address": b"Host: [::1",
    "not ASCII": b"Host: l\xc3\xb6calhost",
    "of 300 bytes": b"Host: " + b"a" * 300 + b".localhost",
    "with a NUL": b"Host: localhost\0.evil.example",
    "with a line feed": b"Host: localhost\n.evil.example",
    "with a space before the colon": b"Host : localhost",
    "folded": b"Host:\r\n localhost",
    "in the first line's place": b" Host: localhost",
}
LENGTHS = (
    *b"""-1 -35 +35 0x23 35,35 35; 35.0 3.5e1 a 1_0 "35" 99999999999999999999 18446744073709551616 18446744073709551651
    36893488147419103267 -18446744073709551581""".split(),
    *(b"", b" ", b"35 35", b"3 5", b"35, 35", b"35\0", b"\v35", b"\xef\xbc\x93\xef\xbc\x95", b"\xb35", b"9" * 1_000),
)
CODINGS = (
    *b"""identity gzip xchunked chunkedx chunked, chunked;q=1 'chunked' "chunked" ,chunked,chunked""".split(),
    *(b"", b"chunked, identity", b"chunked, gzip", b"chunked, chunked"),
    *(b"chunked\0", b"\0chunked", b"\vchunked", b"ch\xc5\xabnked"),
)
FRAMINGS = {
    "two lengths": LENGTH + b"\r\n" + LENGTH,
    "two lengths that differ": LENGTH + b"\r\nContent-Length: 0",
    "two lengths in any case": b"content-length: 35\r\nCONTENT-LENGTH: 36",
    "a length and chunked": LENGTH + b"\r\n" + CHUNKED,
    "chunked and a length": CHUNKED + b"\r\n" + LENGTH,
    "a length of nothing and chunked": b"Content-Length: 0\r\n" + CHUNKED,
    "chunked twice": CHUNKED + b"\r\n" + CHUNKED,
    "chunked and identity": CHUNKED + b"\r\nTransfer-Encoding: identity",
    "a space before the colon of the length": b"Content-Length : 35",
    "a space before the colon of chunked": b"Transfer-Encoding : chunked",
    "a length with a NUL in its name": b"Content-\0Length: 35",
    "a folded length": b"Content-Length:\r\n 35",
    "a folded coding": b"Transfer-Encoding:\r\n chunked",
    "a coding after a line feed": b"A: b\nTransfer-Encoding: chunked",
    "a coding after a carriage return": b"A: b\rTransfer-Encoding: chunked",
}
SIZES = (
    *b"""-23 +23 0x23 23h g 23, 23.0 10000000000000000 10000000000000023 FFFFFFFFFFFFFFFFF 7fffffffffffffff
    ffffffffffffffff""".split(),
    *(b"", b" ", b" 23", b"2 3", b"23\0", b"\0", b"23\v", b"\xb2\xb3", b"f" * 1_000),
)
CHUNKS = {
    "a line feed after a size": CHUNK.replace(b"\r\n", b"\n", 1) + LAST,
    "a carriage return after a size": CHUNK.replace(b"\r\n", b"\r", 1) + LAST,
    "line feeds alone": (CHUNK + LAST).replace(b"\r\n", b"\n"),
    "garbage after a chunk": CHUNK[:-2] + b"XX" + LAST,
    "a line feed after a chunk": CHUNK[:-2] + b"\n" + LAST,
    "nothing after a chunk": CHUNK[:-2] + LAST,
    "a chunk that is too long": CHUNK[:-2] + b"x\r\n" + LAST,
    "a chunk that is too short": CHUNK[:-3] + b"\r\n" + LAST,
    "an extension with a NUL": CHUNK.replace(b"\r\n", b";a=\0\r\n", 1) + LAST,
    "an extension with a line feed": CHUNK.replace(b"\r\n", b";a=\n\r\n", 1) + LAST,
    "an extension with a carriage return": CHUNK.replace(b"\r\n", b";a=\rb\r\n", 1) + LAST,
    "an extension with an open quote": CHUNK.replace(b"\r\n", b';a="\r\n', 1) + LAST,
    "an extension without a semicolon": CHUNK.replace(b"\r\n", b" a=b\r\n", 1) + LAST,
    "an extension of 1 MB": CHUNK.replace(b"\r\n", b";a=" + b"b" * MIB + b"\r\n", 1) + LAST,
    "a trailer without a colon": CHUNK + b"0\r\nno colon\r\n\r\n",
    "a trailer with a space in its name": CHUNK + b"0\r\na b: c\r\n\r\n",
    "a trailer with a NUL": CHUNK + b"0\r\na: \0\r\n\r\n",
    "a folded trailer": CHUNK + b"0\r\na: b\r\n c\r\n\r\n",
    "a trailer of 1 MB": CHUNK + b"0\r\na: " + b"b" * MIB + b"\r\n\r\n",
    "100,000 trailers": CHUNK + b"0\r\n" + b"a: b\r\n" * 100_000 + b"\r\n",
    "garbage after the last chunk": CHUNK + b"0\r\nX",
}
FIELDS = {
    "no colon": b"no colon",
    "no name": b": b",
    "a colon alone": b":",
    "a space in a name": b"a b: c",
    "a space before the colon": b"a : b",
    "a NUL in a name": b"a\0b: c",
    "a NUL in a value": b"a: b\0c",
    "a control character in a value": b"a: \x01",
    "a delete in a value": b"a: \x7f",
    "a carriage return in a value": b"a: b\rc: d",
    "a line feed in a value": b"a: b\nc: d",
    "a name that is not ASCII": b"\xc3\xa4: b",
    "a name in brackets": b"(a): b",
    "a name in quotes": b'"a": b',
    "a fold": b"a: b\r\n c",
    "a fold of a tab": b"a: b\r\n\tc",
    "a fold of nothing": b"a: b\r\n ",
    "a line end alone": b"a: b\r",
    "a name of 100,000 bytes": b"a" * 100_000 + b": b",
    "a value of 100,000 bytes": b"a: " + b"b" * 100_000,
    "a value of 1 MB": b"a: " + b"b" * MIB,
    "a value of 1 MB of spaces": b"a: " + b" " * MIB,
    "101 headers": b"\r\n".join([b"a: b"] * 97),
    "1,000 headers": b"\r\n".join([b"a: b"] * 1_000),
    "100,000 headers": b"\r\n".join([b"a: b"] * 100_000),
    "10,000 hosts": b"\r\n".join([HOST] * 10_000),
    "10,000 names": b"\r\n".join(b"a%d: b" % number for number in range(10_000)),
}
OTHERS = {
    "nothing but zeros": bytes(1_000),
    "1 MB of zeros": bytes(MIB),
    "every byte": bytes(range(256)),
    "64 KiB of noise": random.Random(9).randbytes(1 << 16),
    "TLS": HELLO,
    "TLS, then a request": HELLO + GOOD,
    "SSL 2": b"\x80\x2e\x01\x00\x02\x00\x15\x00\x00\x00\x10",
    "HTTP/2": PREFACE + SETTINGS,
    "HTTP/2, then a request": PREFACE + GOOD,
    "HTTP/0.9": b"POST /sora/v1/videos\r\n\r\n" + DOCUMENT,
    "an answer": b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    "line feeds alone": GOOD.replace(b"\r\n", b"\n"),
    "carriage returns alone": GOOD.replace(b"\r\n", b"\r"),
    "line ends reversed": GOOD.replace(b"\r\n", b"\n\r"),
    "line ends doubled": GOOD.replace(b"\r\n", b"\r\r\n"),
    "100,000 line ends": b"\r\n" * 100_000,
    "a byte order mark": b"\xef\xbb\xbf" + GOOD,
    "UTF-16": GOOD.decode().encode("utf-16"),
    "EBCDIC": GOOD.decode().encode("cp500"),
    "a document": DOCUMENT,
    "a web socket's frame": b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58",
    "RTSP": b"DESCRIBE rtsp://localhost/sora RTSP/1.0\r\nCSeq: 1\r\n\r\n",
    "SIP": b"INVITE sip:a@localhost SIP/2.0\r\nContent-Length: 0\r\n\r\n",
    "SSH": b"SSH-2.0-OpenSSH_9.6\r\n",
    "SMTP": b"EHLO localhost\r\n",
    "FTP": b"USER anonymous\r\n",
    "Redis": b"*1\r\n$4\r\nPING\r\n",
    "memcached": b"stats\r\n",
    "PostgreSQL": b"\0\0\0\x08\x04\xd2\x16\x2f",
    "LDAP": b"0\x0c\x02\x01\x01`\x07\x02\x01\x03\x04\0\x80\0",
    "FastCGI": b"\x01\x01\x00\x01\x00\x08\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00",
    "SOCKS": b"\x05\x01\x00",
    "a proxy's line": b"PROXY TCP4 127.0.0.1 127.0.0.1 80 80\r\n" + GOOD,
    "a proxy's binary line": b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c" + bytes(12) + GOOD,
}
UPGRADES = {
    "web socket": lost(UPGRADE, b"Upgrade: websocket", b"Sec-WebSocket-Version: 13"),
    "web socket, then a frame": lost(UPGRADE, b"Upgrade: websocket", body=b"\x81\x85\x37\xfa\x21\x3d"),
    "web socket without a connection": lost(b"Upgrade: websocket"),
    "a connection without a protocol": lost(UPGRADE),
    "HTTP/2": lost(*H2C),
    "HTTP/2, then its preface": lost(*H2C, body=PREFACE + SETTINGS),
    "TLS": lost(UPGRADE, b"Upgrade: TLS/1.2"),
    "nothing": lost(UPGRADE, b"Upgrade:"),
    "a list": lost(UPGRADE, b"Upgrade: a/1, b/2, websocket, h2c"),
    "in HTTP/1.0": message(b"GET /nowhere HTTP/1.0", HOST, UPGRADE, b"Upgrade: websocket"),
    "a tunnel": b"CONNECT localhost:443 HTTP/1.1\r\nHost: localhost:443\r\n\r\n" + HELLO,
    "a tunnel to a request": b"CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n" + HIDDEN,
    "a tunnel by URL": b"CONNECT http://localhost/ HTTP/1.1\r\nHost: localhost\r\n\r\n" + HIDDEN,
}
# A proxy in front would see one request where a careless server sees two, or the other way round.
SMUGGLED = {
    "length, coding": lost(b"Content-Length: %d" % len(LAST + HIDDEN), CHUNKED, body=LAST + HIDDEN),
    "coding, length": lost(CHUNKED, b"Content-Length: 4", body=b"%x\r\n%b\r\n" % (len(HIDDEN), HIDDEN) + LAST),
    "two lengths": lost(b"Content-Length: 0", b"Content-Length: %d" % len(HIDDEN), body=HIDDEN),
    "two codings": lost(CHUNKED, b"Transfer-Encoding: cow", body=LAST + HIDDEN),
    "a coding in disguise": lost(b"Transfer-Encoding: xchunked", body=LAST + HIDDEN),
    "a coding with a tab": lost(b"Content-Length: 5", b"Transfer-Encoding:\tchunked", body=LAST + HIDDEN),
    "a coding with a space": lost(b"Content-Length: 5", b"Transfer-Encoding : chunked", body=LAST + HIDDEN),
    "a coding in a fold": lost(b"A: b\r\n Transfer-Encoding: chunked", body=LAST + HIDDEN),
    "a negative length": lost(b"Content-Length: -5", body=HIDDEN),
    "a length that wraps": lost(b"Content-Length: 18446744073709551616", body=HIDDEN),
    "a size that wraps": lost(CHUNKED, body=b"10000000000000000\r\n\r\n" + HIDDEN),
    "an extension's line feed": lost(CHUNKED, body=b"1;\n" + LAST + HIDDEN),
    "a chunk's line feed": lost(CHUNKED, body=b"1\r\nZ\n" + LAST + HIDDEN),
    "a trailer's line feeds": lost(CHUNKED, body=b"0\r\na: b\n\n" + HIDDEN),
    "a length in a trailer": lost(CHUNKED, body=b"0\r\nContent-Length : 0\r\n\r\n" + HIDDEN),
    "in a body": lost(b"Content-Length: %d" % len(HIDDEN), body=HIDDEN),
    "in a chunk": lost(CHUNKED, body=b"%x\r\n%b\r\n" % (len(HIDDEN), HIDDEN) + LAST),
    "an order in half a body": lost(b"Content-Length: 200", body=order(b"/_mockvideo/accounts")),
    "in a target": message(b"GET /x%20HTTP/1.1%0d%0a%0d%0aPOST%20/sora/v1/videos HTTP/1.1", HOST),
    "in a header": lost(b"A: b\r" + HIDDEN.replace(b"\r\n", b"\r")),
    "after a close": lost(b"Connection: close", body=HIDDEN),
    "after HTTP/1.0": message(b"GET /nowhere HTTP/1.0", HOST, body=HIDDEN),
    "after two hosts and a close": lost(HOST, b"Connection: close", body=HIDDEN),
    "after a refused head": lost(b"no colon", body=HIDDEN),
    "after too many headers": lost(*[b"a: b"] * 100, body=HIDDEN),
    "after too large a head": lost(b"a: " + b"b" * 100_000, body=HIDDEN),
    "after too many line ends": b"\r\n" * 10_000 + HIDDEN,
    "after far too many line ends": b"\r\n" * MIB + HIDDEN,
    "after too long an extension": lost(CHUNKED, body=b"1;%b\r\nZ\r\n" % (b"a" * 30_000) + LAST + HIDDEN),
    "after half of what nobody waits for": lost(b"Expect: 100-continue", b"Content-Length: 5", body=b"aaaa"),
}
UNFINISHED = {
    "a byte": b"P",
    "a method": b"POST ",
    "a line": SUBMIT,
    "a header's name": SUBMIT + b"\r\nHost",
    "a header": SUBMIT + b"\r\nHost: localhost\r\n",
    "a head": GOOD[: GOOD.index(b"\r\n\r\n") + 2],
    "a head and half a line end": GOOD[: GOOD.index(b"\r\n\r\n") + 3],
    "no body": GOOD[: -len(DOCUMENT)],
    "half a body": GOOD[:-9],
    "a body but for a byte": GOOD[:-1],
    "no chunk": chunked(b""),
    "half a size": chunked(CHUNK[:1]),
    "half a chunk": chunked(CHUNK[:20]),
    "no last chunk": chunked(CHUNK),
    "half a last chunk": chunked(CHUNK + b"0\r\n"),
    "half a trailer": chunked(CHUNK + b"0\r\na: b\r\n"),
    "a chunk of an exabyte": chunked(b"fffffffffffffff\r\n" + DOCUMENT),
    "half an upgrade": lost(UPGRADE)[:-2],
    "a body that is waited for": submission(b"Expect: 100-continue", body=b""),
    "a body that nobody waits for": lost(b"Expect: 100-continue", b"Content-Length: 5"),
    "a body after an answer": lost(b"Content-Length: 1000000", body=b"aaaa"),
}
PIPELINES = {
    "garbage": (GOOD + b"garbage\r\n\r\n", 1),
    "a document": (GOOD + DOCUMENT, 1),
    "zeros": (GOOD + bytes(100), 1),
    "TLS": (GOOD + HELLO, 1),
    "half a head": (GOOD + GOOD[:50], 1),
    "half a body": (GOOD + GOOD[:-5], 1),
    "a bad length": (GOOD + submission(framing=b"Content-Length: -1"), 1),
    "another, then garbage": (GOOD + GOOD + b"garbage\r\n\r\n", 2),
    "an order astray": (GOOD + order(b"//_mockvideo/accounts"), 1),
    "a hundred that are lost, then garbage": (GONE * 100 + b"garbage\r\n\r\n", 0),
    "1 MB of garbage": (GOOD + b"\x01" * MIB, 1),
}
# Well-formed requests that a dialect refuses.
NOTED = {
    "no body": submission(framing=b"Content-Length: 0", body=b""),
    "no length": submission(framing=b"A: b", body=b""),
    "half a document": submission(framing=b"Content-Length: 20", body=DOCUMENT[:20]),
    "a body of a terabyte": submission(framing=b"Content-Length: 1000000000000"),
    "a body of 8 exabytes": submission(framing=b"Content-Length: 9223372036854775807"),
    "a job called NUL": message(b"GET /sora/v1/videos/%00 HTTP/1.1", HOST, BEARER),
    "a job with slashes": message(b"GET /sora/v1/videos/..%5c..%5cx HTTP/1.1", HOST, BEARER),
    "a job that is not UTF-8": message(b"GET /sora/v1/videos/%ff%fe HTTP/1.1", HOST, BEARER),
    "a job with a line": message(b"GET /sora/v1/videos/x%0d%0aA:%20b HTTP/1.1", HOST, BEARER),
}
# Odd, but it is clear what is meant.
UNDERSTOOD = {
    "HTTP/1.0": submission(line=SUBMIT.replace(b"1.1", b"1.0")),
    "HTTP/2.0": submission(line=SUBMIT.replace(b"1.1", b"2.0")),
    "two spaces": submission(line=SUBMIT.replace(b" ", b"  ")),
    "empty lines before it": b"\r\n\r\n" + GOOD,
    "a tab after a colon": submission(host=b"Host:\tlocalhost"),
    "names in any case": GOOD.replace(b"Content-Length", b"cOnTeNt-LeNgTh"),
    "a length that begins with zeros": submission(framing=b"Content-Length: 00035"),
    "a size that begins with zeros": chunked(b"0" * 20 + CHUNK + LAST),
    "chunks of a byte": chunked(b"".join(b"1\r\n%c\r\n" % byte for byte in DOCUMENT) + LAST),
    "an extension": chunked(CHUNK.replace(b"\r\n", b";a=b\r\n", 1) + LAST),
    "a trailer": chunked(CHUNK + b"0\r\na: b\r\n\r\n"),
    "a URL": submission(line=SUBMIT.replace(b" /", b" http://localhost/")),
    "an escaped letter": submission(line=SUBMIT.replace(b"/s", b"/%73")),
    "an escaped slash": submission(line=SUBMIT.replace(b"/v1", b"%2fv1")),
    "a value that is not ASCII": submission(b"A: \xc3\xa4\xff"),
}


REFUSED = {
    "method": {f"{method[:20]!r}": submission(line=SUBMIT.replace(b"POST", method)) for method in METHODS},
    "version": {f"{version!r}": submission(line=SUBMIT.replace(b"HTTP/1.1", version)) for version in VERSIONS},
    "line": {name: submission(line=line) for name, line in LINES.items()},
    "target": {f"{target!r}": submission(line=SUBMIT.replace(b"/sora/v1/videos", target)) for target in TARGETS},
    "order astray": {f"{target!r}": order(target) for target in ASTRAY},
    "order by a stranger": {f"{target!r}": order(target, b"Host: evil.example") for target in REACHING},
    "host": {name: submission(host=host) for name, host in HOSTS.items()},
    "length": {f"{length[:20]!r}": submission(framing=b"Content-Length: " + length) for length in LENGTHS},
    "coding": {f"{coding!r}": submission(framing=CODED + coding, body=CHUNK + LAST) for coding in CODINGS},
    "framing": {name: submission(framing=framing) for name, framing in FRAMINGS.items()},
    "size": {f"{size[:20]!r}": chunked(b"%b\r\n%b\r\n" % (size, DOCUMENT) + LAST) for size in SIZES},
    "chunks": {name: chunked(coding) for name, coding in CHUNKS.items()},
    "field": {name: submission(field) for name, field in FIELDS.items()},
    "other": OTHERS,
    "upgrade": UPGRADES,
    "smuggled": SMUGGLED,
    "unfinished": UNFINISHED,
}
BLOBS = (
    *(Blob(f"{kind}: {name}", data) for kind, table in REFUSED.items() for name, data in table.items()),
    *(Blob(f"left: {name}", data, leaves=True) for name, data in UNFINISHED.items()),
    *(Blob(f"noted: {name}", data, entries=1) for name, data in NOTED.items()),
    *(Blob(f"then: {name}", data, jobs, jobs) for name, (data, jobs) in PIPELINES.items()),
    *(Blob(f"understood: {name}", data, 1, 1) for name, data in UNDERSTOOD.items()),
)
