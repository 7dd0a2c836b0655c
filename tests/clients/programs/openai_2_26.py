"""Makes a video with an OpenAI SDK that sends JSON: FILE [PICTURE]; the SDK reads URL and key from its environment."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import openai

file, *pictures = map(Path, sys.argv[1:])
with openai.OpenAI() as client:
    video = client.videos.create_and_poll(
        model="sora-2",
        prompt="A paper boat in the rain",
        seconds="8",
        size="1280x720",
        input_reference=pictures[0] if pictures else openai.omit,
    )
    client.videos.download_content(video.id).write_to_file(file)
print(json.dumps({"version": openai.__version__, "video": video.to_dict()}))
