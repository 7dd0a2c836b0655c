// Asks once for a video, with the SDK's own retries, and prints what came of it.
import OpenAI from "openai";

const client = new OpenAI({ timeout: 500 });
await client.videos
  .create({ model: "sora-2", prompt: "A paper boat in the rain", seconds: "4", size: "1280x720" })
  .then(
    (video) => console.log(video.id),
    (error) => console.log(error.constructor.name),
  );
