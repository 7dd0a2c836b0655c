"""What a run had to hold: sums of cost, wasted jobs, and the report that a CI reads."""

from __future__ import annotations

from decimal import Decimal
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockvideo.cli.bounds import Bounds, Check, judge
from mockvideo.cli.evidence import Sightings
from mockvideo.cli.junit import document, legible
from mockvideo.cli.relay import Ending
from mockvideo.core.audit import Report, Traffic, Usage
from mockvideo.core.spending import Bill, Bills

WELL = Ending(0, 1.5)


def usage(dialect: str, currency: str, cost: str, *, again: int = 0, unfetched: int = 0) -> Usage:
    bills = Bills(
        submitted=Bill(2, Decimal(cost)),
        duplicates=Bill(again),
        unfetched=Bill(unfetched),
        wasted=Bill(max(again, unfetched), Decimal(1)),
    )
    return Usage(dialect=dialect, currency=currency, bills=bills, traffic=Traffic(requests=2))


def check(name: str, *usages: Usage, bounds: Bounds) -> Check:
    (found,) = [each for each in judge(WELL, Report(usages), Sightings(), bounds) if each.name.startswith(name)]
    return found


def cost(most: str, *usages: Usage) -> Check:
    return check("max-cost", *usages, bounds=Bounds(cost=Decimal(most)))


def waste(most: int, *usages: Usage) -> Check:
    return check("max-waste", *usages, bounds=Bounds(waste=most))


def test_dialects_that_bill_in_one_currency_are_summed() -> None:
    found = cost("3", usage("beluga", "USD", "2.00"), usage("sora", "USD", "1.50"))

    assert found.found == "3.5 USD (beluga, sora)"
    assert found.cure == "Prices are in mockvideo models beluga or sora; render less, or raise --max-cost."


def test_each_currency_has_the_bound_for_itself() -> None:
    found = cost("40", usage("apiframe", "credits", "41"), usage("sora", "USD", "39"))

    assert found.found == "41 credits (apiframe), 39 USD (sora)"
    assert found.cure.startswith("Prices are in mockvideo models apiframe;")


@pytest.mark.parametrize("most", ["2", "2.01", "1000"])
def test_a_cost_within_the_bound_holds(most: str) -> None:
    assert not cost(most, usage("sora", "USD", "2")).broken


def test_nothing_costs_nothing() -> None:
    idle = Usage(dialect="sora", currency="USD", bills=Bills(), traffic=Traffic(requests=1))

    assert cost("0", idle) == Check("max-cost 0", "nothing")
    assert waste(0, idle) == Check("max-waste 0", "nothing")


def test_waste_is_counted_over_all_dialects() -> None:
    wasteful = usage("sora", "USD", "9", again=2, unfetched=1), usage("beluga", "USD", "9", unfetched=1)

    assert waste(2, *wasteful).broken
    assert not waste(3, *wasteful).broken
    assert waste(0, *wasteful).found == (
        "sora: 2 submitted again and 1 clips never fetched (1 USD); beluga: 1 clips never fetched (1 USD)"
    )


def test_what_to_do_depends_on_what_was_wasted() -> None:
    again, unfetched = (waste(0, usage("sora", "USD", "9", **kind)).cure for kind in ({"again": 1}, {"unfetched": 1}))

    assert again.startswith("Submit each request once")
    assert unfetched == "Fetch each clip that is done. Or allow it: --max-waste 1."


def test_without_bounds_only_the_command_and_the_server_are_judged() -> None:
    assert [each.name for each in judge(WELL, Report(), Sightings(), Bounds())] == ["command", "unplanned 5xx"]


def test_of_a_command_that_never_began_nothing_else_is_said() -> None:
    (only,) = judge(Ending(127, trouble="no such thing"), Report(), Sightings(), Bounds(Decimal(1), 0))

    assert only == Check("command", "exit status 127", "no such thing")


def test_sightings_are_counted_in_the_order_of_their_coming() -> None:
    seen = Sightings(2)
    for kind in ("b", "a", "b", "c", "d", *"a" * 9):
        seen.note(kind, kind.upper)

    assert list(seen) == [" 2 × B", "10 × A", "and 2 of other kinds"]  # noqa: RUF001


@given(st.text(st.characters(exclude_categories=())), st.text(st.characters(exclude_categories=())))
def test_any_text_makes_a_well_formed_report(text: str, page: str) -> None:
    (suite,) = ET.fromstring(document([Check("command", text, cure=text + "!")], page))

    assert suite.find("testcase/failure").text == legible(f"{text}\n{text}!")
    assert (suite.findtext("system-err") or "") == legible(page)
