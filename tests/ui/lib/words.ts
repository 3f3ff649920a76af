import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

export type Language = "el" | "en";
/** The sentence of an id as a person sees it, variables filled in. */
export type Words = (id: string, args?: Record<string, string | number>) => string;

const folder = fileURLToPath(new URL("../../../ui/src/words", import.meta.url));

function read(language: Language): Map<string, string> {
  const sentences = new Map<string, string>();
  for (const file of readdirSync(`${folder}/${language}`)) {
    if (!file.endsWith(".ftl")) continue;
    for (const line of readFileSync(`${folder}/${language}/${file}`, "utf8").split("\n")) {
      const found = /^([A-Za-z][\w-]*) = (.+)$/.exec(line);
      if (found?.[1] && found[2]) sentences.set(found[1], found[2].trim());
    }
  }
  return sentences;
}

function speaking(language: Language): Words {
  const sentences = read(language);
  return (id, args = {}) => {
    const sentence = sentences.get(id);
    if (sentence === undefined) throw new Error(`No sentence ${id} in ${language}; it may have been renamed`);
    return sentence.replace(/\{ \$(\w+) \}/g, (_, name: string) => String(args[name] ?? ""));
  };
}

/** One-line sentences of both languages, straight from the screens' own catalogues: look-ups follow every rewording. */
export const words: Record<Language, Words> = { el: speaking("el"), en: speaking("en") };
