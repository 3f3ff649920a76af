/** What the fields of a memo and of urgent measures are called in an error. */
import type { DocId } from "../../ipc/commands";
import { t } from "../../words/words.svelte";

export function filedLabels(): Record<string, string> {
  return {
    on: t("community-memo-on"), by: t("community-memo-by"), note: t("community-memo-note"), measures: t("community-urgent-measures"), cost: t("proposals-cost"),
    name: t("kiosk-name"), phone: t("kiosk-phone"), email: t("kiosk-email"),
  };
}

export function filedMissing(): Record<string, string> {
  return { on: t("community-memo-on-missing"), by: t("community-memo-by-missing"), measures: t("community-urgent-measures-missing") };
}

/** Where a memo on a request is kept while it is typed. */
export function memoDraft(id: DocId): string {
  return `community:memo:${id}`;
}
