/** The values of records in words, and what differs between two of them. */
import type { Position } from "../../ipc/commands";
import { nameOf } from "../../words/names.svelte";
import { storedPlaceInWords } from "../../words/lines";
import { positionInWords } from "../../words/positions";
import { t, tMaybe } from "../../words/words.svelte";
import { dayOf, number } from "../../words/times.svelte";

/** A stored value of a field as people say it: names for codes, coordinates for positions. Unknown ones stay as stored. */
export function valueInWords(field: string, value: string): string {
  switch (field) {
    case "cat":
    case "category":
      return nameOf("category", value);
    case "dept":
    case "department":
      return nameOf("department", value);
    case "crew":
      return value ? nameOf("crew", value) : t("conflict-no-crew");
    case "day":
      return value ? dayOf(value) : t("conflict-no-day");
    case "pri":
    case "priority":
      return tMaybe(`priority-${value}`) ?? value;
    case "place":
      return storedPlaceInWords(value) || t("conflict-no-place");
    case "pos":
    case "position": {
      const position = readPosition(value);
      return position ? positionInWords(position) : value || t("conflict-empty-value");
    }
    default:
      return value.trim() ? value : t("conflict-empty-value");
  }
}

/** Whether a field holds words people wrote, so that single words of it can differ. */
export function isText(field: string): boolean {
  return ["text", "spot", "place_text", "ans", "answer", "note", "name", "no", "number"].includes(field);
}

/** Reads `lat,lon` or `lat,lon,accuracy`, as records store it. */
export function readPosition(value: string): Position | null {
  const [lat, lon, accuracy] = value.split(",").map(Number);
  if (lat === undefined || lon === undefined || !Number.isFinite(lat) || !Number.isFinite(lon)) return null;
  return { lat, lon, accuracy_m: accuracy !== undefined && Number.isFinite(accuracy) ? accuracy : null };
}

/** How far two positions are apart, in words. */
export function apartInWords(a: Position, b: Position): string {
  const rad = Math.PI / 180;
  const x = (b.lon - a.lon) * rad * Math.cos(((a.lat + b.lat) / 2) * rad);
  const y = (b.lat - a.lat) * rad;
  const metres = Math.hypot(x, y) * 6_371_000;
  return metres < 1000
    ? t("conflict-metres", { count: Math.round(metres) })
    : t("conflict-kilometres", { count: number(Math.round(metres / 100) / 10) });
}

/** Texts longer than this are not compared word by word. */
const WORDS_MAX = 600;

/** The words of `text`, each with whether `other` lacks it there: the longest common run of words is what they share. */
export function compared(text: string, other: string): { text: string; differs: boolean }[] {
  const mine = text.split(/(\s+)/).filter((part) => part !== "");
  const words = mine.filter((part) => part.trim() !== "");
  const others = other.split(/\s+/).filter(Boolean);
  if (words.length > WORDS_MAX || others.length > WORDS_MAX) return [{ text, differs: false }];
  const run: number[][] = Array.from({ length: words.length + 1 }, () => new Array<number>(others.length + 1).fill(0));
  const at = (i: number, j: number) => run[i]?.[j] ?? 0;
  for (let i = words.length - 1; i >= 0; i -= 1) {
    for (let j = others.length - 1; j >= 0; j -= 1) {
      const row = run[i];
      if (row) row[j] = words[i] === others[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const shared = new Set<number>();
  for (let i = 0, j = 0; i < words.length && j < others.length; ) {
    if (words[i] === others[j]) {
      shared.add(i);
      i += 1;
      j += 1;
    } else if (at(i + 1, j) >= at(i, j + 1)) i += 1;
    else j += 1;
  }
  let word = -1;
  return mine.map((part) => {
    if (part.trim() === "") return { text: part, differs: false };
    word += 1;
    return { text: part, differs: !shared.has(word) };
  });
}
