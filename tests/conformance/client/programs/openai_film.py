"""A film with the OpenAI SDK for Python, as its documentation makes one."""

import os

from openai import OpenAI

client = OpenAI()
video = client.videos.create_and_poll(model="sora-2", prompt="A paper boat in the rain", seconds="4")
if video.status != "completed":
    raise SystemExit(f"{video.id} is {video.status}")
client.videos.download_content(video.id).write_to_file(os.environ["MOCKVIDEO_OUTPUT"])
