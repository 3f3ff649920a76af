/** Sentences in the language of the person. Greek is the first language; English has every sentence too. */
import { FluentBundle, FluentResource } from "@fluent/bundle";
import type { MessageId, Words } from "./ids";

export type Language = "el" | "en";

const catalogues: Record<Language, () => Promise<{ files: Record<string, string> }>> = {
  el: () => import("./el"),
  en: () => import("./en"),
};


let shown = $state.raw<{ language: Language; bundle: FluentBundle | null }>({ language: "el", bundle: null });

export function language(): Language {
  return shown.language;
}

/** The tag for dates, numbers and sorting. */
export function locale(): "el-GR" | "en-GB" {
  return shown.language === "el" ? "el-GR" : "en-GB";
}

/** Shows every sentence in this language from now on. Forms keep what was typed: only the words change. */
export async function speak(next: Language): Promise<void> {
  const { files } = await catalogues[next]();
  const bundle = new FluentBundle(next === "el" ? "el-GR" : "en-GB", { useIsolating: false });
  for (const [path, text] of Object.entries(files)) {
    for (const error of bundle.addResource(new FluentResource(text))) console.error(path, error);
  }
  shown = { language: next, bundle };
  document.documentElement.lang = next;
}

/** The sentence `id`, with its variables filled in. */
export function t<K extends MessageId>(id: K, ...rest: Words[K] extends null ? [] : [Words[K]]): string {
  const message = shown.bundle?.getMessage(id);
  if (!shown.bundle || !message?.value) {
    if (shown.bundle) console.error(`No sentence for ${id} in ${shown.language}`);
    return id;
  }
  const errors: Error[] = [];
  const text = shown.bundle.formatPattern(message.value, (rest[0] ?? null) as Record<string, string | number> | null, errors);
  for (const error of errors) console.error(id, error);
  return text;
}

/** For codes that come from elsewhere and may be newer than this app: the sentence, or `null` when there is none. */
export function tMaybe(id: string, args: Record<string, string | number> = {}): string | null {
  const message = shown.bundle?.getMessage(id);
  return shown.bundle && message?.value ? shown.bundle.formatPattern(message.value, args, []) : null;
}
