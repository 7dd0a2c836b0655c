// A program that makes a film of Beluga with fetch alone; it polls for at most ten minutes.
import { writeFile } from "node:fs/promises";

const { MOCKVIDEO_BASE_URL: base, MOCKVIDEO_API_KEY: key, MOCKVIDEO_REQUEST: body, MOCKVIDEO_OUTPUT: file } = process.env;
const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
const ask = async (path, more) => (await fetch(base + path, { headers, ...more })).json();

let task = await ask("/v1/videos/generations", { method: "POST", body });
const deadline = Date.now() + 600_000;
while (task.status !== "completed") {
  if (Date.now() > deadline) throw new Error(`${task.task_id} is not over after ten minutes`);
  await new Promise((wake) => setTimeout(wake, 5_000));
  task = await ask(`/v1/videos/tasks/${task.task_id}`);
}
await writeFile(file, Buffer.from(await (await fetch(task.result.video_url)).arrayBuffer()));
