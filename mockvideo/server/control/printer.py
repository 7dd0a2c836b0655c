"""Writes entries of journals as events, once for all who read them."""

from __future__ import annotations

from collections import OrderedDict

from mockvideo.core.journal import Entry
from mockvideo.server.control.entries import told

# As many as a journal keeps, unless it is told otherwise.
REMEMBERED = 1_000


class Printer:
    """Server-sent events (WHATWG HTML, 9.2) of entries; the last ones written are remembered."""

    def __init__(self) -> None:
        self._written: OrderedDict[tuple[str, int], tuple[Entry, bytes]] = OrderedDict()

    def event(self, tag: str, entry: Entry) -> bytes:
        """Return an entry of the account with this tag as an event whose id is its number."""
        place = (tag, entry.number)
        kept = self._written.get(place)
        # The account of a deleted one's key has its tag, and begins at 1 again.
        if kept is None or kept[0] is not entry:
            kept = self._written[place] = (
                entry,
                b"id: %d\ndata: %b\n\n"
                % (
                    entry.number,
                    told(entry).model_dump_json().encode(),
                ),
            )
            if len(self._written) > REMEMBERED:
                self._written.popitem(last=False)
        return kept[1]
