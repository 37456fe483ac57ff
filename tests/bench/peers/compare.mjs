// node compare.mjs TEXT FOLDER ROUNDS: our text and each peer over the traces in FOLDER, in turn, so that whatever else the
// machine does falls on all of them. A JSON line a row, with medians, and a table on stderr.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

const [text, folder, rounds] = process.argv.slice(2);
const peers = ["diamond-types", "json-joy", "yjs", "loro", "automerge"];
const traces = [
  { file: "automerge-paper.json.gz", columns: { apply_ms: null, merge_ms: 80, open_ms: 0.1, bytes: 93000 } },
  { file: "friendsforever.json.gz", columns: { merge_ms: 20, open_ms: 0.1, bytes: null } },
  { file: "git-makefile-raw.json.gz", columns: { merge_ms: 45, open_ms: 0.1, bytes: null } },
];
const what = {
  apply_ms: "local edits, each its own transaction",
  merge_ms: "the same edits at a second replica",
  open_ms: "open and show",
  bytes: "full history stored",
};
const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];

for (const { file, columns } of traces) {
  const path = join(folder, file);
  if (!existsSync(path)) {
    console.error(`skip ${file} is not in ${folder}`);
    continue;
  }
  const runs = { ours: [] };
  for (let round = 0; round < rounds; ++round) {
    runs.ours.push(JSON.parse(execFileSync(text, [path], { stdio: ["ignore", "pipe", "ignore"] })));
    for (const peer of peers) {
      const printed = execFileSync(process.execPath, ["replay.mjs", path, peer], { stdio: ["ignore", "pipe", "ignore"] });
      if (printed.length) (runs[peer] ??= []).push(JSON.parse(printed));
    }
  }
  if (!runs.ours.every((run) => run.ok)) throw new Error(`our text of ${file} ended in other words`);
  for (const [column, goal] of Object.entries(columns)) {
    const middle = (name) => median(runs[name].map((run) => run[column]));
    const ours = middle("ours");
    for (const peer of peers.filter((each) => runs[each]?.[0][column] != null)) {
      const theirs = middle(peer);
      const row = `text, ${file.split(".")[0]}: ${what[column]}`;
      const unit = column === "bytes" ? "bytes" : "ms";
      const met = goal === null ? ours <= theirs : ours <= goal;
      const rounded = (value) => Number(value.toPrecision(4));
      console.log(
        JSON.stringify({
          row,
          ours: rounded(ours),
          unit,
          peer,
          peer_value: rounded(theirs),
          ratio: rounded(theirs / ours),
          goal: goal ?? "<= the peer",
          met,
        }),
      );
      const cells = [row.padEnd(66), `${rounded(ours)} ${unit}`.padStart(14), peer.padStart(15), String(rounded(theirs)).padStart(9)];
      console.error(`${cells.join("  ")}  ${rounded(theirs / ours)} x${met ? "" : "  goal missed"}`);
    }
  }
}
