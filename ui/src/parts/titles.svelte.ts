/** The title of the window: the screen's name, with «Πρόβλημα: » in front while an error summary is shown. */
import { t } from "../words/words.svelte";

const titles = $state({ screen: "", problems: 0 });

export function setTitle(screen: string): void {
  titles.screen = screen;
}

/** Counts error summaries on the screen. */
export function countProblem(by: 1 | -1): void {
  titles.problems += by;
}

/** The text for `document.title`. */
export function title(): string {
  const name = titles.screen ? `${titles.screen} – ${t("app-name")}` : t("app-name");
  return titles.problems > 0 ? t("problem-prefix", { title: name }) : name;
}
