import { findUser } from "../store/index.js";
import { WebSocketManager } from "../websocket/index.js";
import { createJobRunner } from "./index.js";

const [name, userId = "grace"] = process.argv.slice(2);
const runner = createJobRunner(new WebSocketManager());
const user = findUser(userId);

if (!name || !user) {
  console.error(`usage: npm run job -- <${runner.names().join("|")}> [user]`);
  process.exit(2);
}

const report = await runner.run(name, user);
if (report.state === "done") {
  console.log([report.summary, ...report.lines].join("\n"));
} else {
  console.error(report.problem);
  process.exitCode = 1;
}
