// Writes src/words/ids.ts: every message id with the variables its sentence needs, read from src/words/el/*.ftl.
// A call of t() with a wrong id, or without a variable, then does not compile.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { parse, Visitor } from "@fluent/syntax";

class Variables extends Visitor {
  names = new Set();
  visitVariableReference(node) {
    this.names.add(node.id.name);
  }
}

const folder = new URL("./src/words/el/", import.meta.url);
const found = new Map();
for (const file of readdirSync(folder).filter((name) => name.endsWith(".ftl")).sort()) {
  for (const entry of parse(readFileSync(new URL(file, folder), "utf8"), { withSpans: false }).body) {
    if (entry.type === "Junk") throw new Error(`${file}: cannot be read: ${entry.content}`);
    if (entry.type !== "Message") continue;
    if (found.has(entry.id.name)) throw new Error(`${file}: ${entry.id.name} is there twice`);
    const variables = new Variables();
    variables.visit(entry);
    found.set(entry.id.name, [...variables.names].sort());
  }
}
const lines = [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([id, names]) =>
  names.length ? `  "${id}": { ${names.map((name) => `${name}: string | number`).join("; ")} };` : `  "${id}": null;`);
const fresh = `// Written by words.mjs from el/*.ftl. Do not edit.\n\n/** Every message id with the variables of its sentence. */\nexport type Words = {\n${lines.join("\n")}\n};\n\nexport type MessageId = keyof Words;\n`;
const target = new URL("./src/words/ids.ts", import.meta.url);
let stored = "";
try {
  stored = readFileSync(target, "utf8");
} catch {
  // First run: there is nothing to compare with.
}
if (stored !== fresh) writeFileSync(target, fresh);
