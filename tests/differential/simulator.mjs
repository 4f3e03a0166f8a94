// Answers one line of JSON with another: a request and its policies in, the simulator's verdict out.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(process.env.SIMULATOR_FOLDER + "/");
const { runSimulation } = require("@cloud-copilot/iam-simulate");

for await (const line of createInterface({ input: process.stdin })) {
  const result = await runSimulation(JSON.parse(line), {});
  process.stdout.write(
    JSON.stringify({
      verdict: result.overallResult ?? null,
      errors: result.overallResult ? null : (result.errors ?? result),
      ignored: result.result?.ignoredContextKeys ?? [],
    }) + "\n",
  );
}
