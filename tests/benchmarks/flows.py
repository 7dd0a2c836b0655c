"""What the tests that are measured do: order a video and look once, or wait for it, with each library in its own way.

Each makes a client of its own, as code under test does, and each that loads no certificates.
"""

from __future__ import annotations

PRELUDE = """
    import time

    import httpx
    import pytest

    ORDER = {"model": "kling-v3", "prompt": "A kite"}
    SUBMITTED = {"task_id": "vtask_0yxnmexqs", "status": "pending"}
    POLLED = {"task_id": "vtask_0yxnmexqs", "status": "processing"}
    SUBMIT, POLL = "/v1/videos/generations", "/v1/videos/tasks/"

    def in_process(mockvideo):
        headers = {"Authorization": "Bearer " + mockvideo.key}
        return httpx.Client(transport=mockvideo.transport, base_url=mockvideo.url("beluga"), headers=headers)

    def submit(client):
        return client.post(SUBMIT, json=ORDER).json()["task_id"]

    def poll(client, task):
        return client.get(POLL + task).json()["status"]

    def wait(client, task):
        polls = 1
        while poll(client, task) != "completed":
            time.sleep(5)
            polls += 1
        return polls
"""

EMPTY = """
    def test_it(number):
        pass
"""

LOADING = """
    def test_it(number):
        import {module}
"""

IN_PROCESS = """
    def test_it(mockvideo, number):
        with in_process(mockvideo) as client:
            assert poll(client, submit(client))
"""

SOCKET = """
    def test_it(mockvideo, number):
        client = mockvideo.client("beluga")
        assert poll(client, submit(client))
"""

RESPX = """
    def test_it(respx_mock, number):
        url = "http://127.0.0.1:8420/beluga"
        respx_mock.post(url + SUBMIT).respond(json=SUBMITTED)
        respx_mock.get(url + POLL + SUBMITTED["task_id"]).respond(json=POLLED)
        with httpx.Client(base_url=url, trust_env=False, verify=False) as client:
            assert poll(client, submit(client))
"""

HTTPSERVER = """
    def test_it(httpserver, number):
        httpserver.expect_request("/beluga" + SUBMIT, "POST").respond_with_json(SUBMITTED)
        httpserver.expect_request("/beluga" + POLL + SUBMITTED["task_id"]).respond_with_json(POLLED)
        with httpx.Client(base_url=httpserver.url_for("/beluga"), trust_env=False, verify=False) as client:
            assert poll(client, submit(client))
"""

TEN_MINUTES = """
    @pytest.mark.mockvideo(patch_sleep=True)
    def test_it(mockvideo, number):
        mockvideo.on("submit").takes(queue=60, render=540)
        with in_process(mockvideo) as client:
            assert wait(client, submit(client)) == 121
"""

FIVE_MINUTES = """
    @pytest.mark.mockvideo(patch_sleep=True)
    def test_it(mockvideo, number):
        mockvideo.on("submit").takes(queue=0, render=295)
        client = mockvideo.client("beluga")
        assert wait(client, submit(client)) == 60
"""
