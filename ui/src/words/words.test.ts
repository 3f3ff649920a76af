import { parse, Visitor, type Entry, type VariableReference } from "@fluent/syntax";
import { expect, test } from "vitest";
import { files as greek } from "./el";
import { files as english } from "./en";

/** One syllable when spoken, two vowels when written. */
const ONE_SYLLABLE = new Set(["για", "πια", "πιο", "μια", "δυο", "ποια", "ποιο", "ποιον", "ποιος", "ποιοι", "ποιες", "ποιους", "γεια"]);

class Variables extends Visitor {
  names = new Set<string>();
  override visitVariableReference(node: VariableReference) {
    this.names.add(node.id.name);
  }
}

function read(files: Record<string, string>): Map<string, { file: string; variables: string; text: string }> {
  const found = new Map<string, { file: string; variables: string; text: string }>();
  for (const [path, source] of Object.entries(files)) {
    const file = path.split("/").at(-1) ?? path;
    for (const entry of parse(source, {}).body as Entry[]) {
      expect(entry.type, `${path} has a line that cannot be read`).not.toBe("Junk");
      if (entry.type !== "Message") continue;
      expect(found.has(entry.id.name), `${entry.id.name} is there twice`).toBe(false);
      const variables = new Variables();
      variables.visit(entry);
      const text = source.slice(entry.span?.start ?? 0, entry.span?.end ?? 0);
      found.set(entry.id.name, { file, variables: [...variables.names].sort().join(" "), text });
    }
  }
  return found;
}

test("both languages have the same sentences, in the same files, with the same variables", () => {
  const el = read(greek);
  const en = read(english);
  expect(el.size).toBeGreaterThan(100);
  const shape = (catalogue: typeof el) => [...catalogue].map(([id, { file, variables }]) => `${file} ${id} ${variables}`).sort();
  expect(shape(en)).toEqual(shape(el));
});

test("no Latin look-alike letter hides inside a Greek word", () => {
  const mixed: string[] = [];
  for (const [path, source] of Object.entries({ ...greek, ...english })) {
    for (const word of source.match(/[\p{L}\p{M}]+/gu) ?? []) {
      if (/\p{Script=Greek}/u.test(word) && /\p{Script=Latin}/u.test(word)) mixed.push(`${path}: ${word}`);
    }
  }
  expect(mixed).toEqual([]);
});

test("Greek words of two syllables and more carry their accent, and nothing shouts in capitals", () => {
  const wrong: string[] = [];
  for (const [id, { text }] of read(greek)) {
    const shown = text.replace(/^[^=]*=/, "").replace(/\{[^}]*\}/g, " ").replace(/\[[a-z0-9]+\]/g, " ");
    for (const word of shown.match(/[\p{Script=Greek}\p{M}]+/gu) ?? []) {
      const plain = word.normalize("NFD");
      const syllables = plain.replace(/\p{M}/gu, "").toLowerCase().match(/αι|ει|οι|υι|ου|αυ|ευ|ηυ|[αεηιουω]/g)?.length ?? 0;
      const isInitials = word === word.toUpperCase() && word.length <= 4;
      if (syllables > 1 && !isInitials && !ONE_SYLLABLE.has(word.toLowerCase()) && !/[\u0301\u0308]/.test(plain)) wrong.push(`${id}: ${word}`);
      if (word.length > 4 && word === word.toUpperCase()) wrong.push(`${id}: ${word}`);
    }
  }
  expect(wrong).toEqual([]);
});
