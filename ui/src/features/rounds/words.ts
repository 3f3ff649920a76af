/** Rounds in words. */
import type { Round } from "../../ipc/commands";
import { nameOf, placeOf } from "../../words/names.svelte";
import { dayOf } from "../../words/times.svelte";
import { t } from "../../words/words.svelte";

/** What is looked for and where: «Κάδοι απορριμμάτων · Πλάκα, Λιτόχωρο · ερμου». */
export function roundInWords({ community, settlement = "", kind = "", words = "" }: Round): string {
  return [kind ? nameOf("asset_type", kind) : t("round-all-kinds"), placeOf({ community, settlement }), words].filter(Boolean).join(" · ");
}

/** «Απογραφή 28 Νοεμβρίου 2026». */
export function roundDay(round: Round): string {
  return t("round-of", { day: dayOf(round.day) });
}
