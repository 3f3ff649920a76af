/** The names behind codes, in the language of the person, and the lists that a form offers. */
import { call } from "../ipc/call";
import type { Lists } from "../ipc/commands";
import { language, t } from "./words.svelte";

type Bilingual = { el: string; en: string };
export type NamedKind =
  | "community"
  | "settlement"
  | "group"
  | "category"
  | "department"
  | "crew"
  | "asset_type"
  | "hold_reason"
  | "reject_reason";

const EMPTY: Lists = {
  municipality: { code: "", el: "", en: "" },
  bounds: [19, 34, 30, 42],
  communities: [],
  settlements: [],
  groups: [],
  categories: [],
  departments: [],
  crews: [],
  asset_types: [],
  checklists: [],
  materials: [],
  soon_days: 30,
  application_types: [],
  hold_reasons: [],
  reject_reasons: [],
  emergency_plans: [], emergency_plan: "",
  emergency: { code: "", el: "", en: "" },
};

let held = $state.raw<Lists>(EMPTY);

const byCode = $derived.by((): Record<NamedKind, Map<string, Bilingual>> => {
  const index = (items: (Bilingual & { code: string })[]) => new Map(items.map((item) => [item.code, item]));
  return {
    community: index(held.communities),
    settlement: index(held.settlements),
    group: index(held.groups),
    category: index(held.categories),
    department: index(held.departments),
    crew: new Map(held.crews.map((crew) => [crew.id, { el: crew.name, en: crew.name }])),
    asset_type: index(held.asset_types),
    hold_reason: index(held.hold_reasons),
    reject_reason: index(held.reject_reasons),
  };
});

/** The lists, as last read. Empty until `loadLists` has answered. */
export function lists(): Lists {
  return held;
}

/** Reads the lists anew. The old ones stay when this fails. */
export async function loadLists(): Promise<void> {
  held = await call("lists", {});
}

/** The name of an item of a list in the language of the person. */
export function named(item: Bilingual): string {
  return language() === "en" && item.en ? item.en : item.el;
}

/** The name behind a code; the code itself when no list knows it. */
export function nameOf(kind: NamedKind, code: string): string {
  const item = byCode[kind].get(code);
  return item ? named(item) : code;
}

/** Who works on something, in words; where the names are not for this device, how many they are. */
export function teamInWords(ids: string[]): string {
  const members = new Map(held.crews.flatMap((crew) => crew.members.map((one) => [one.id, one.name] as const)));
  const names = ids.map((id) => members.get(id));
  return names.every(Boolean) ? names.join(", ") : t("team-people", { count: ids.length });
}

/** Names of a list as options of a select, in alphabetical order. */
export function options(items: (Bilingual & { code: string })[]): { value: string; label: string }[] {
  return items
    .map((item) => ({ value: item.code, label: named(item) }))
    .sort((a, b) => a.label.localeCompare(b.label, language()));
}

/** «Λιμάνι, Δημοτική Κοινότητα Λιτοχώρου»; what is missing is left out. */
export function placeOf(place: { community: string; settlement: string }): string {
  return [
    place.settlement && nameOf("settlement", place.settlement),
    place.community && nameOf("community", place.community),
  ]
    .filter((name, at, all) => name && all.indexOf(name) === at)
    .join(", ");
}

/** The place with the words that say where exactly. */
export function placeInWords(place: { community: string; settlement: string; place_text: string }): string {
  return [place.place_text, placeOf(place)].filter(Boolean).join(" · ");
}

/** What an asset is called: its number, and its name or what it is. */
export function assetInWords(asset: { number: string; name: string; kind: string }): string {
  return [asset.number, asset.name || nameOf("asset_type", asset.kind)].filter(Boolean).join(" · ");
}
