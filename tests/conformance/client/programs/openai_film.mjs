// A film with the OpenAI SDK for Node, as its documentation makes one.
import { writeFile } from "node:fs/promises";
import OpenAI from "openai";
const client = new OpenAI();
let video = await client.videos.create({ model: "sora-2", prompt: "A paper boat in the rain", seconds: "4" });
while (video.status === "queued" || video.status === "in_progress") {
  await new Promise((wake) => setTimeout(wake, 2000));
  video = await client.videos.retrieve(video.id);
}
if (video.status !== "completed") throw new Error(`${video.id} is ${video.status}`);
const content = await client.videos.downloadContent(video.id);
await writeFile(process.env.MOCKVIDEO_OUTPUT, Buffer.from(await content.arrayBuffer()));
