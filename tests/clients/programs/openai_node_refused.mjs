// Asks for what is refused and prints the SDK's names for it.
import OpenAI from "openai";

const client = new OpenAI({ maxRetries: 0 });
const size = "1x1";
for (const refused of [
  () => client.videos.retrieve("task_unknown"),
  () => client.videos.create({ model: "sora-2", prompt: "A paper boat", size }),
  () => client.videos.create({ model: "sora-9", prompt: "A paper boat" }),
  () => new OpenAI({ apiKey: "sk-invalid" }).videos.retrieve("task_unknown"),
]) {
  await refused().catch((error) => console.log(error.constructor.name, error.status, error.code));
}
