// Makes a video with the OpenAI SDK for Node: FILE [PICTURE]; the SDK reads URL and key from its environment.
import { createReadStream, createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as wait } from "node:timers/promises";
import OpenAI from "openai";

const [file, picture] = process.argv.slice(2);
const client = new OpenAI();
let video = await client.videos.create({
  model: "sora-2",
  prompt: "A paper boat in the rain",
  seconds: "8",
  size: "1280x720",
  ...(picture && { input_reference: createReadStream(picture) }),
});
while (video.status === "queued" || video.status === "in_progress") {
  await wait(20);
  video = await client.videos.retrieve(video.id);
}
const content = await client.videos.downloadContent(video.id);
await pipeline(Readable.fromWeb(content.body), createWriteStream(file));
console.log(JSON.stringify(video));
