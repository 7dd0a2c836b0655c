// Submits, polls and saves a video of Beluga with fetch: BASE_URL KEY FILE.
import { writeFile } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";

const [base, key, file] = process.argv.slice(2);
const headers = { Authorization: `Bearer ${key}` };

const submitted = await fetch(`${base}/v1/videos/generations`, {
  method: "POST",
  headers: { ...headers, "Content-Type": "application/json" },
  body: JSON.stringify({
    model: "kling-v3",
    prompt: "Seen from above, snow and a rising sun",
    duration: 10,
    resolution: "1080p",
    aspect_ratio: "16:9",
  }),
});
let task = await submitted.json();
while (task.status === "pending" || task.status === "processing") {
  await wait(20);
  task = await (await fetch(`${base}/v1/videos/tasks/${task.task_id}`, { headers })).json();
}
if (task.status !== "completed") {
  throw new Error(`${task.status}: ${JSON.stringify(task.error)}`);
}
const film = await fetch(task.result.video_url);
await writeFile(file, Buffer.from(await film.arrayBuffer()));
console.log(task.result.duration_seconds);
