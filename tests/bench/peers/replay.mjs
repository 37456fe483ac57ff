// node replay.mjs TRACE PEER: one peer from npm over one trace, as build/release/text replays it. Prints one JSON line:
//   apply_ms   local editing, one transaction at a time (null for a trace with several writers)
//   merge_ms   a second copy takes the updates one by one; for spans of many people's years, all at once
//   open_ms    from the stored bytes to the shown text
//   bytes      as stored
//   same       whether it ended in the recorded text (other rules for ties may end in another)
// A peer that is slow with so many edits is given the first `most` of them, and its times to edit are for all, in
// proportion.
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

const [path, name] = process.argv.slice(2);
const file = readFileSync(path);
const trace = JSON.parse(path.endsWith(".gz") ? gunzipSync(file) : file);

const peers = {
  async yjs() {
    const Y = await import("yjs");
    const make = () => {
      const doc = new Y.Doc();
      return { doc, text: doc.getText("t") };
    };
    return {
      make,
      edit: (d, patches) =>
        d.doc.transact(() => {
          for (const [at, gone, fresh] of patches) {
            if (gone) d.text.delete(at, gone);
            if (fresh) d.text.insert(at, fresh);
          }
        }),
      watch: (d) => {
        let last;
        d.doc.on("update", (bytes) => (last = bytes));
        return () => last;
      },
      take: (d, update) => Y.applyUpdate(d.doc, update),
      shown: (d) => d.text.toString(),
      save: (d) => Y.encodeStateAsUpdate(d.doc),
      load: (bytes) => {
        const d = make();
        Y.applyUpdate(d.doc, bytes);
        return d;
      },
    };
  },
  async "diamond-types"() {
    const { Doc } = (await import("diamond-types-node")).default;
    let agents = 0;
    return {
      make: () => new Doc("writer" + agents++),
      edit: (d, patches) => {
        for (const [at, gone, fresh] of patches) {
          if (gone) d.del(at, gone);
          if (fresh) d.ins(at, fresh);
        }
      },
      watch: (d) => {
        let before = d.getLocalVersion();
        const since = () => {
          const patch = d.getPatchSince(before);
          before = d.getLocalVersion();
          return patch;
        };
        since.skip = () => (before = d.getLocalVersion());
        return since;
      },
      take: (d, update) => d.mergeBytes(update),
      shown: (d) => d.get(),
      save: (d) => d.toBytes(),
      load: (bytes) => Doc.fromBytes(bytes, "reader" + agents++),
    };
  },
  async "json-joy"() {
    const { Model, Patch } = await import("json-joy/lib/json-crdt/index.js").then(async (crdt) => ({
      Model: crdt.Model,
      Patch: (await import("json-joy/lib/json-crdt-patch/index.js")).Patch,
    }));
    let sid = 100000;
    const first = Model.create(undefined, sid++);
    first.api.root("");
    const origin = first.toBinary();
    return {
      make: () => Model.fromBinary(origin).fork(sid++),
      edit: (d, patches) => {
        const text = d.api.str([]);
        for (const [at, gone, fresh] of patches) {
          if (gone) text.del(at, gone);
          if (fresh) text.ins(at, fresh);
        }
        d.last = d.api.flush();
      },
      watch: (d) => () => d.last.toBinary(),
      take: (d, update) => d.applyPatch(Patch.fromBinary(update)),
      shown: (d) => d.view(),
      save: (d) => d.toBinary(),
      load: (bytes) => Model.fromBinary(bytes),
    };
  },
  async loro() {
    const { LoroDoc } = await import("loro-crdt");
    const make = () => {
      const doc = new LoroDoc();
      return { doc, text: doc.getText("t") };
    };
    return {
      make,
      edit: (d, patches) => {
        for (const [at, gone, fresh] of patches) {
          if (gone) d.text.delete(at, gone);
          if (fresh) d.text.insert(at, fresh);
        }
        d.doc.commit();
      },
      watch: (d) => {
        let before = d.doc.version();
        const since = () => {
          const update = d.doc.export({ mode: "update", from: before });
          before = d.doc.version();
          return update;
        };
        since.skip = () => (before = d.doc.version());
        return since;
      },
      take: (d, update) => d.doc.import(update),
      shown: (d) => d.text.toString(),
      save: (d) => d.doc.export({ mode: "snapshot" }),
      load: (bytes) => {
        const d = make();
        d.doc.import(bytes);
        return d;
      },
    };
  },
  async automerge() {
    const { next: A } = await import("@automerge/automerge");
    const origin = A.save(A.from({ t: "" }));
    return {
      most: 10000,
      make: () => ({ doc: A.load(origin) }),
      edit: (d, patches) => {
        d.doc = A.change(d.doc, (doc) => {
          for (const [at, gone, fresh] of patches) A.splice(doc, ["t"], at, gone, fresh);
        });
      },
      watch: (d) => () => A.getLastLocalChange(d.doc),
      take: (d, update) => ([d.doc] = A.applyChanges(d.doc, [update])),
      shown: (d) => d.doc.t,
      save: (d) => A.save(d.doc),
      load: (bytes) => ({ doc: A.load(bytes) }),
    };
  },
};

const timed = (work) => {
  const start = performance.now();
  const value = work();
  return [performance.now() - start, value];
};
const median = (runs, work) => {
  const times = Array.from({ length: runs }, () => timed(work)[0]).sort((a, b) => a - b);
  return times[runs >> 1];
};

// Spans of text with parents that no one replica saw in turn: only the graph of operations takes them.
async function spans() {
  if (name !== "diamond-types") return null;
  const { OpLog, Branch } = (await import("diamond-types-node")).default;
  const log = new OpLog();
  const ends = new Map(); // a span's last number to the log's
  for (const one of trace.txns) {
    log.setAgent(String(one.agent));
    let parents = Uint32Array.from(one.parents.map((parent) => ends.get(parent))).sort();
    for (const [at, gone, fresh] of one.ops ?? one.patches) {
      if (gone) parents = Uint32Array.of(log.del(at, gone, parents));
      if (fresh) parents = Uint32Array.of(log.ins(at, fresh, parents));
    }
    ends.set(one.span[1] - 1, parents[0]);
  }
  let branch;
  const merge_ms = median(3, () => (branch = Branch.all(log)));
  const bytes = log.toBytes();
  return { apply_ms: null, merge_ms, open_ms: null, bytes: bytes.length, same: branch.get() === trace.endContent };
}

async function replay() {
  const peer = await peers[name]();
  const count = Math.min(peer.most ?? Infinity, trace.txns.length);
  const scale = trace.txns.length / count;
  const concurrent = trace.kind === "concurrent";
  const updates = [];
  let apply_ms = null;
  let written;
  if (!concurrent) {
    [apply_ms] = timed(() => {
      const doc = peer.make();
      for (let i = 0; i < count; ++i) peer.edit(doc, trace.txns[i].patches);
    });
    written = peer.make();
    const update = peer.watch(written);
    for (let i = 0; i < count; ++i) {
      peer.edit(written, trace.txns[i].patches);
      updates.push(update());
    }
  } else {
    // Each writer's copy takes what its next transaction was built on.
    const writers = Array.from({ length: trace.numAgents }, () => {
      const doc = peer.make();
      return { doc, update: peer.watch(doc), has: new Set() };
    });
    trace.txns.forEach((one, number) => {
      const writer = writers[one.agent];
      const missing = [];
      for (const open = [...one.parents]; open.length; ) {
        const parent = open.pop();
        if (writer.has.has(parent)) continue;
        writer.has.add(parent);
        missing.push(parent);
        open.push(...trace.txns[parent].parents);
      }
      for (const parent of missing.sort((a, b) => a - b)) peer.take(writer.doc, updates[parent]);
      writer.update.skip?.();
      peer.edit(writer.doc, one.patches);
      updates.push(writer.update());
      writer.has.add(number);
    });
  }
  const [merge_ms, merged] = timed(() => {
    const doc = peer.make();
    for (const update of updates) peer.take(doc, update);
    return doc;
  });
  const bytes = peer.save(written ?? merged);
  const open_ms = median(3, () => peer.shown(peer.load(bytes)));
  const same = scale === 1 ? peer.shown(merged) === trace.endContent : null;
  return {
    apply_ms: apply_ms === null ? null : apply_ms * scale,
    merge_ms: merge_ms * scale,
    open_ms: scale === 1 ? open_ms : null,
    bytes: scale === 1 ? bytes.length : null,
    same,
  };
}

const tooSlow = name === "automerge" && trace.kind === "concurrent";
const result = tooSlow ? null : trace.txns[0].span ? await spans() : await replay();
if (result) console.log(JSON.stringify(result));
