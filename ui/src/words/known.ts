/**
 * The app's own words: sentences of the catalogue, names of lists, numbers and dates the app made. Nothing else is ever said aloud,
 * so what a person typed cannot be, wherever on a screen it comes to stand.
 */
import { FluentResource } from "@fluent/bundle";
import type { Lists } from "../ipc/commands";
import { lists } from "./names.svelte";
import type { Language } from "./words.svelte";

type Pattern = FluentResource["body"][number]["value"];

const catalogues: Record<Language, () => Promise<{ files: Record<string, string> }>> = {
  el: () => import("./el"),
  en: () => import("./en"),
};

/** Called in an emergency, and the only digits that may stand alone. */
const EMERGENCY = new Set(["112", "199", "166", "100", "108"]);
/** A count or a step inside a sentence. */
const SMALL = /^\d{1,3}$/;
const RECEIPT = "[A-Z][A-Z0-9]{0,3}-\\d\\d-\\d{6}-[0-9A-Z]";
const PROTOCOL = "\\d{1,7}/\\d{4}";
const DATE = "\\d{1,2}/\\d{1,2}/\\d{4}";
/** What the app writes by itself: numbers it gave, moments, days. */
const OWN = new RegExp(`^(?:${RECEIPT}|${PROTOCOL}|${DATE}(?:, \\d\\d:\\d\\d)?|\\d{1,2} \\p{L}+ \\d{4})$`, "u");
const SPELLED = new RegExp(`(${DATE})|${RECEIPT}|${PROTOCOL}|\\d{5,}`, "gu");
/** Around a piece of text, where one sentence is put together from several. */
const EDGES = /^[\s·•,–—-]+|[\s·•,–—-]+$/gu;

export type Known = {
  /** A text as it may be said aloud; empty when it is not one of the app's own. */
  aloud: (text: string) => string;
};

const made = new Map<Language, Promise<Known>>();

/** What is known in a language. */
export function known(language: Language): Promise<Known> {
  const found = made.get(language) ?? catalogues[language]().then(({ files }) => learn(files, lists, language));
  made.set(language, found);
  return found;
}

/** Learns the sentences of a catalogue; the lists may change later. */
export function learn(files: Record<string, string>, listed: () => Lists, language: Language): Known {
  const whole = new Set<string>(EMERGENCY);
  const patterns: RegExp[] = [];
  for (const source of Object.values(files)) {
    for (const { value } of new FluentResource(source).body) {
      if (typeof value === "string") whole.add(tidy(value));
      else if (value) patterns.push(new RegExp(`^${written(value)}$`, "u"));
    }
  }
  let read: Lists | null = null;
  let names = new Set<string>();
  const isName = (text: string) => {
    if (read !== listed()) {
      read = listed();
      names = namesOf(read);
    }
    return names.has(text);
  };
  function isKnown(text: string, within = Infinity): boolean {
    // A sentence that is nothing but what it is filled with says nothing about it.
    if (text.length >= within) return false;
    if (whole.has(text) || isName(text) || OWN.test(text)) return true;
    for (const pattern of patterns) {
      const filled = pattern.exec(text)?.slice(1);
      if (filled?.every((part: string | undefined) => !part || SMALL.test(part) || isKnown(tidy(part), text.length))) return true;
    }
    const parts = text.split(/\s*·\s*|,\s+/u);
    return parts.length > 1 && parts.every((part) => isKnown(part, text.length));
  }
  return {
    aloud(text) {
      const plain = tidy(text);
      return plain && isKnown(plain) ? spelled(plain, language) : "";
    },
  };
}

/** Numbers letter by letter and digit by digit, dates in words. */
export function spelled(text: string, language: Language): string {
  const signs: Record<string, string> = language === "el" ? { "-": ", παύλα,", "/": ", κάθετος," } : { "-": ", dash,", "/": ", slash," };
  return text.replace(SPELLED, (number: string, date: string | undefined) => {
    if (date) return inWords(date, language);
    return [...number].map((sign) => signs[sign] ?? ` ${sign}`).join("").trim();
  });
}

function inWords(date: string, language: Language): string {
  const [day = 1, month = 1, year = 1970] = date.split("/").map(Number);
  const format = new Intl.DateTimeFormat(language === "el" ? "el-GR" : "en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
  return format.format(Date.UTC(year, month - 1, day));
}

function tidy(text: string): string {
  return text.replace(/\s+/gu, " ").replace(EDGES, "");
}

/** A sentence as a pattern of what it may look like once it is filled in. */
function written(pattern: Pattern): string {
  if (pattern === null) return "";
  if (typeof pattern === "string") return escaped(pattern);
  return pattern
    .map((part) => {
      if (typeof part === "string") return escaped(part);
      if (part.type === "select") return `(?:${part.variants.map((variant) => written(variant.value)).join("|")})`;
      return part.type === "str" || part.type === "num" ? escaped(String(part.value)) : "(.*?)";
    })
    .join("");
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&").replace(/\s+/gu, "\\s*");
}

function namesOf(all: Lists): Set<string> {
  const items = [all.municipality, all.emergency, ...all.communities, ...all.settlements, ...all.groups, ...all.categories, ...all.departments, ...all.asset_types, ...all.application_types, ...all.application_types.flatMap((type) => type.fields)];
  return new Set(items.flatMap((item) => [tidy(item.el), tidy(item.en)]));
}
