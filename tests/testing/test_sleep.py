"""Sleep that moves a clock: for one thread, for many, and for what surrounds them."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from time import sleep
from types import ModuleType
from typing import Any

import pytest

from mockvideo.testing.sleeping.sleep import patch_sleep
from tests.testing.clocks import Still, in_threads


def test_a_sleep_moves_the_clock_instead_of_waiting() -> None:
    clock = Still()
    with patch_sleep(clock):
        time.sleep(600)

    assert clock.now == 600


def test_a_function_that_a_module_has_imported_is_patched_too() -> None:
    clock = Still()
    with patch_sleep(clock):
        sleep(5)

    assert clock.now == 5


def test_modules_hold_what_they_held_when_the_block_has_ended() -> None:
    held = time.sleep, threading.Thread.start
    with patch_sleep(Still()):
        assert sleep is not held[0]

    assert (time.sleep, sleep, threading.Thread.start) == (held[0], held[0], held[1])


def test_a_module_that_is_loaded_in_the_block_holds_the_real_one_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    late = ModuleType("late")
    with patch_sleep(Still()):
        monkeypatch.setitem(sys.modules, "late", late)
        exec("from time import sleep", vars(late))

    assert late.sleep is time.sleep


def test_a_module_that_learns_of_sleep_between_two_blocks_is_patched_in_the_second(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock, learning = Still(), ModuleType("learning")
    monkeypatch.setitem(sys.modules, "learning", learning)
    with patch_sleep(clock):
        pass
    exec("from time import sleep", vars(learning))
    with patch_sleep(clock):
        learning.sleep(5)

    assert clock.now == 5


def test_a_module_that_forgets_sleep_gets_nothing_back(monkeypatch: pytest.MonkeyPatch) -> None:
    forgetting: Any = ModuleType("forgetting")
    forgetting.sleep = time.sleep
    monkeypatch.setitem(sys.modules, "forgetting", forgetting)
    with patch_sleep(Still()):
        del forgetting.sleep

    assert not hasattr(forgetting, "sleep")


def test_what_others_put_in_place_of_sleep_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    with patch_sleep(Still()):
        monkeypatch.setattr(threading.Thread, "start", start := partial(print))
        monkeypatch.setattr(time, "sleep", print)
    ours = time.sleep, threading.Thread.start
    monkeypatch.undo()

    assert ours == (print, start)


def test_what_loads_itself_when_asked_and_what_is_no_module_are_left_in_peace(monkeypatch: pytest.MonkeyPatch) -> None:
    class Sleeping(ModuleType):
        def __getattribute__(self, name: str) -> object:
            raise AssertionError(f"woken for {name}")

    monkeypatch.setitem(sys.modules, "sleeping", Sleeping("sleeping"))
    monkeypatch.setitem(sys.modules, "odd", object())
    with patch_sleep(clock := Still()):
        sleep(1)

    assert clock.now == 1


def test_the_clock_is_manual_in_the_block_and_afterwards_what_it_was() -> None:
    clock = Still(mode="auto")
    with patch_sleep(clock):
        assert clock.mode == "manual"

    assert clock.mode == "auto"


def test_an_error_in_the_block_ends_it_as_well() -> None:
    clock = Still(mode="auto")
    with pytest.raises(ZeroDivisionError), patch_sleep(clock):
        _ = 1 / 0

    assert (clock.mode, time.sleep) == ("auto", sleep)
    assert "patch" not in time.sleep.__qualname__


def test_a_clock_that_cannot_be_switched_leaves_sleep_alone() -> None:
    before = time.sleep
    with pytest.raises(RuntimeError, match="no server"), patch_sleep(Still(broken=True)):
        raise AssertionError

    assert time.sleep is before


@pytest.mark.parametrize("seconds", [-1, float("nan"), float("inf"), "5"])
def test_what_the_real_one_refuses_is_refused(seconds: Any) -> None:
    clock = Still()
    with patch_sleep(clock), pytest.raises((ValueError, TypeError, OverflowError)):
        time.sleep(seconds)

    assert clock.now == 0


def test_no_seconds_move_nothing() -> None:
    with patch_sleep(clock := Still()):
        time.sleep(0)

    assert clock.moves == []


def test_a_block_within_another_moves_both_clocks_and_each_one_once() -> None:
    outer, inner = Still(), Still()
    with patch_sleep(outer), patch_sleep(outer):
        time.sleep(1)
        with patch_sleep(inner):
            time.sleep(10)
        time.sleep(100)

    assert (outer.now, inner.now) == (111, 10)


def test_another_clock_is_told_of_every_move_once() -> None:
    told: list[float] = []
    with patch_sleep(Still(), also=told.append), patch_sleep(Still(), also=told.append):
        time.sleep(5)
        time.sleep(7)

    assert told == [5, 7]


def test_whoever_is_told_may_sleep_for_real() -> None:
    with patch_sleep(clock := Still(), also=lambda _: time.sleep(0.001)):
        time.sleep(5)

    assert clock.now == 5


def test_a_child_process_is_waited_for_in_real_time() -> None:
    with (
        patch_sleep(clock := Still()),
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(0.05)"]) as child,
    ):
        child.wait(timeout=60)

    assert (child.returncode, clock.now) == (0, 0)


def test_a_clock_that_cannot_be_moved_fails_the_sleep() -> None:
    clock = Still()
    with patch_sleep(clock):
        clock.broken = True
        with pytest.raises(RuntimeError, match="no server"):
            time.sleep(5)
        clock.broken = False
        time.sleep(5)

    assert clock.now == 5


def test_a_clock_that_cannot_be_moved_leaves_no_thread_asleep() -> None:
    failures = []

    def sleeper() -> None:
        try:
            time.sleep(5)
        except RuntimeError as error:
            failures.append(str(error))

    clock = Still()
    with patch_sleep(clock):
        clock.broken = True
        in_threads(4, sleeper)
        clock.broken = False

    assert failures == ["no server answers"] * 4


def test_twenty_threads_that_sleep_see_the_time_of_one() -> None:
    clock, seen = Still(), []

    def sleeper() -> None:
        for _ in range(3):
            time.sleep(5)
            seen.append(clock.now)

    with patch_sleep(clock):
        in_threads(20, sleeper)

    assert seen == [5] * 20 + [10] * 20 + [15] * 20


def test_threads_that_sleep_differently_end_each_at_its_time() -> None:
    clock, seen = Still(), {}

    def sleeper(seconds: float) -> None:
        for number in range(4):
            time.sleep(seconds)
            seen[seconds, number] = clock.now

    with patch_sleep(clock):
        in_threads(*(partial(sleeper, seconds) for seconds in (1, 2, 3)))

    assert seen == {(seconds, number): seconds * (number + 1) for seconds in (1, 2, 3) for number in range(4)}


def test_twenty_pollers_end_when_one_does() -> None:
    clock, ends = Still(), []

    def poll() -> None:
        while clock.now < 600:
            time.sleep(5)
        ends.append(clock.now)

    with patch_sleep(clock):
        in_threads(20, poll)

    assert ends == [600] * 20


def test_a_thread_that_joins_others_holds_nobody_up() -> None:
    clock = Still()
    with patch_sleep(clock):
        time.sleep(5)
        in_threads(4, partial(time.sleep, 10))
        time.sleep(5)

    assert clock.now == 20


def test_a_thread_that_works_is_waited_for() -> None:
    clock, seen, working = Still(), [], threading.Event()

    def worker() -> None:
        working.wait()
        time.sleep(2)
        seen.append(clock.now)

    def sleeper() -> None:
        working.set()
        time.sleep(5)
        seen.append(clock.now)

    with patch_sleep(clock):
        in_threads(worker, sleeper)

    assert seen == [2, 5]


def test_a_thread_that_ends_holds_nobody_up() -> None:
    clock = Still()
    with patch_sleep(clock):
        in_threads(partial(time.sleep, 5), partial(time.sleep, 7), int)

    assert clock.now == 7


def test_a_pool_of_threads_sleeps_in_turns() -> None:
    clock = Still()
    with patch_sleep(clock), ThreadPoolExecutor(5) as pool:
        list(pool.map(time.sleep, [5] * 20))

    assert clock.now == 20


def test_workers_of_a_pool_that_idle_hold_nobody_up() -> None:
    clock = Still()
    with patch_sleep(clock), ThreadPoolExecutor(5) as pool:
        list(pool.map(time.sleep, [1] * 5))
        pool.submit(time.sleep, 5).result()

    assert clock.now == 6


def test_threads_from_before_the_block_take_part_from_their_first_sleep_on() -> None:
    clock, patched, seen = Still(), threading.Event(), []

    def early() -> None:
        patched.wait()
        time.sleep(5)
        seen.append(clock.now)

    threads = [threading.Thread(target=early) for _ in range(3)]
    for thread in threads:
        thread.start()
    with patch_sleep(clock):
        patched.set()
        for thread in threads:
            thread.join()

    assert len(seen) == 3
    assert max(seen) <= 15


def test_a_thread_that_sleeps_when_the_block_ends_wakes() -> None:
    clock = Still()
    with patch_sleep(clock):
        thread = threading.Thread(target=time.sleep, args=(400 * 86_400,))
        thread.start()
        time.sleep(5)
    thread.join()

    assert clock.now == 5


def test_a_thread_cannot_be_started_twice() -> None:
    clock = Still()
    with patch_sleep(clock):
        (thread,) = in_threads(1, partial(time.sleep, 5))
        with pytest.raises(RuntimeError, match="once"):
            thread.start()
        time.sleep(5)

    assert clock.now == 10
    assert "run" not in vars(thread)


def test_no_thread_stays_behind() -> None:
    before = threading.active_count()
    with patch_sleep(Still()):
        in_threads(4, partial(time.sleep, 5))

    assert threading.active_count() == before
