/** Checks of an inspection in words. */
import type { Check, Checklist } from "../../ipc/commands";
import { lists, named } from "../../words/names.svelte";
import { dayOf } from "../../words/times.svelte";
import { t } from "../../words/words.svelte";

/** The answer where there is nothing of the kind. */
export const NONE = "none";

const comma = (text: string) => (t("decimal-mark") === "," ? text.replace(".", ",") : text);

/** The checklist of a type; `null` where there is none. */
export function checklistOf(kind: string): Checklist | null {
  return lists().checklists.find((list) => list.asset_type === kind) ?? null;
}

/** Within which limits a number passes; empty where there are none. */
export function limitInWords(check: Extract<Check, { ask: "number" }>): string {
  const { least, most, unit } = check;
  const withUnit = (text: string) => [comma(text), unit].filter(Boolean).join(" ");
  if (least !== undefined && most !== undefined) return t("check-limits", { least: comma(least), most: withUnit(most) });
  if (least !== undefined) return t("check-least", { least: withUnit(least) });
  return most === undefined ? "" : t("check-most", { most: withUnit(most) });
}

/** What was found, as people say it. */
export function valueInWords(check: Check, value: string): string {
  if (!value) return t("check-not-looked");
  if (value === NONE) return t("check-none");
  if (check.ask === "yes_no") return t(value === "no" ? "check-no" : "check-yes");
  if (check.ask === "until") return dayOf(value);
  if (check.ask === "number") return [comma(value), check.unit].filter(Boolean).join(" ");
  const option = check.options.find((one) => one.code === value);
  return option ? named(option.name) : value;
}
