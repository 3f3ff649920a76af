/** What happened, in words: the lines of timelines and of the outbox. Codes newer than this app still get a line. */
import { roundDay } from "../features/rounds/words";
import type { Round, TimelineRow } from "../ipc/commands";
import type { IconName } from "../parts/Icon.svelte";
import { named, nameOf, placeOf, teamInWords } from "./names.svelte";
import { dayOf } from "./times.svelte";
import { t, tMaybe } from "./words.svelte";

const icons: Record<string, IconName> = {
  received: "request",
  entered: "request",
  protocolled: "paper",
  registered: "paper",
  assigned: "person",
  started: "start",
  start: "start",
  paused: "pause",
  pause: "pause",
  done: "check",
  executed: "check",
  urgent: "danger",
  ranked: "list",
  impossible: "stop",
  material: "material",
  note: "note",
  photo: "photo",
  supported: "person",
  heard: "lock",
  answered: "send",
  closed: "lock",
  resolved: "check",
  reopened: "reopen",
  edited: "note",
  added: "plus",
  inspected: "eye",
  moved: "move",
  seen: "eye",
  not_found: "warn",
  unseen: "reopen",
  retired: "retire",
  decided: "conflict",
};

/** The word for something done: `entered`, `edited` or the tag of an event. */
export function whatInWords(what: string): string {
  return tMaybe(`did-${what}`) ?? t("timeline-other");
}

/** The line of something that happened, and the details that belong to it. */
export function lineOf(row: TimelineRow): { icon: IconName; what: string; detail: string } {
  const said = row.detail;
  const parts: (string | undefined)[] = [
    said["number"],
    said["on"] && dayOf(said["on"]),
    said["by"],
    said["rank"] && t("proposals-place", { place: said["rank"] }),
    said["decision"],
    said["measures"],
    said["channel"] && (tMaybe(`channel-${said["channel"]}`) ?? said["channel"]),
    said["department"] && nameOf("department", said["department"]),
    said["crew"] && nameOf("crew", said["crew"]),
    said["day"] && t("planned-for", { day: dayOf(said["day"]) }),
    said["team"] && teamInWords(JSON.parse(said["team"]) as string[]),
    said["outcome"] && (tMaybe(`outcome-${said["outcome"]}`) ?? said["outcome"]),
    said["reason"] && reasonInWords(said["reason"]),
    said["to"] && (row.what === "moved" ? storedPlaceInWords(said["to"]) : said["to"]),
    said["name"],
    said["quantity"] && [said["quantity"].replace(".", ","), said["unit"] && unitInWords(said["unit"])].filter(Boolean).join(" "),
    said["condition"] && (tMaybe(`condition-${said["condition"]}`) ?? said["condition"]),
    said["round"] && roundDay(JSON.parse(said["round"]) as Round),
    said["failed"] && t("assets-failed", { count: (JSON.parse(said["failed"]) as string[]).length }),
    said["field"] && fieldInWords(said["field"]),
    said["text"] ?? said["note"],
    said["no_photos"] && t("job-no-photos-said", { why: said["no_photos"] }),
  ];
  return { icon: icons[row.what] ?? "info", what: whatInWords(row.what), detail: parts.filter(Boolean).join(" · ") };
}

/** A reason of holding, rejecting or refusing in words; free text stays as it was written. */
export function reasonInWords(code: string): string {
  const hold = nameOf("hold_reason", code);
  if (hold !== code) return hold;
  const reject = nameOf("reject_reason", code);
  return reject !== code ? reject : (tMaybe(`impossible-${code}`) ?? tMaybe(`refused-${code}`) ?? code);
}

/** A place as records store it, `community/settlement`, in words. */
export function storedPlaceInWords(stored: string): string {
  const [community = "", settlement = ""] = stored.split("/");
  return placeOf({ community, settlement });
}

/** The name of a record's field in words. */
export function fieldInWords(field: string): string {
  return tMaybe(`recordfield-${field}`) ?? field;
}

/** «ΒΟΡΕΑΣ 2 · Χιονοπτώσεις – παγετός» */
export function planInWords(plan: { plan: string; el: string; en: string }): string {
  return [plan.plan, named(plan)].filter(Boolean).join(" · ");
}

/** A unit of quantity in words; unknown units stay as they were written. */
export function unitInWords(unit: string): string {
  return tMaybe(`unit-${unit}`) ?? unit;
}

/** «1 ώ. 20 λ.» */
export function workedInWords(minutes: number): string {
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  return [hours && t("worked-hours", { hours }), (rest || !hours) && t("worked-minutes", { minutes: rest })].filter(Boolean).join(" ");
}
