/**
 * A screen as it is said aloud, from what stands on it. Read are the app's own words only (`words/known.ts`), and what is marked
 * `data-spoken`: public words of the municipality. What a field holds is never read, nor anything inside `data-private`.
 */
import { spelled, type Known } from "../../words/known";
import { language, t } from "../../words/words.svelte";

const SILENT = "[aria-hidden='true'], [hidden], script, style, template, svg, .keyboard";
const CONTROL = "button, a[href], input, textarea, select";

/** Longest utterance, as the voice takes it. */
export const SPOKEN_MAX = 4_000;

/** The control that a touch meant; for the line of a choice, the choice. */
export function controlAt(target: EventTarget | null): HTMLElement | null {
  if (!(target instanceof Element)) return null;
  const labelled = target.closest("label")?.control;
  return labelled ?? target.closest<HTMLElement>(CONTROL);
}

/** Everything in a part of the screen, in its order: words, fields with their labels, choices with their state, buttons. */
export function screenAloud(root: Element, known: Known): string {
  return cut(sentences(read(root, known, told(root))));
}

/** One control: what it is called, what it is, how it stands. */
export function controlAloud(control: Element, known: Known): string {
  if (control.closest("[data-private]")) return t("speech-private");
  return cut(isChoice(control) ? choice(control, known) : isField(control) ? field(control, known) : pressed(control, known));
}

export function isField(control: Element): control is HTMLInputElement | HTMLTextAreaElement {
  return control instanceof HTMLTextAreaElement || (control instanceof HTMLInputElement && !isChoice(control));
}

function isChoice(control: Element): control is HTMLInputElement {
  return control instanceof HTMLInputElement && (control.type === "radio" || control.type === "checkbox");
}

function choice(control: HTMLInputElement, known: Known): string {
  const legend = control.closest("fieldset")?.querySelector("legend");
  return sentences([together(called(control, known), control.checked ? t("speech-chosen") : t("speech-not-chosen")), legend ? words(legend, known) : ""]);
}

function field(control: HTMLInputElement | HTMLTextAreaElement, known: Known): string {
  const ids = control.getAttribute("aria-describedby")?.split(" ") ?? [];
  const hints = ids.map((id) => document.getElementById(id)).map((hint) => (hint ? words(hint, known) : ""));
  return sentences([together(called(control, known), t("speech-field"), control.value ? t("speech-filled") : t("speech-empty")), ...hints]);
}

function pressed(control: Element, known: Known): string {
  const state = control.getAttribute("aria-pressed");
  const kind = control instanceof HTMLAnchorElement ? t("speech-link") : t("speech-button");
  return sentences([together(called(control, known), kind, state === null ? "" : state === "true" ? t("speech-on") : t("speech-off"))]);
}

function together(...parts: string[]): string {
  const filled = parts.filter(Boolean);
  return filled.map((part, at) => (at < filled.length - 1 ? part.replace(/[.,·]$/u, "") : part)).join(", ");
}

/** What a control is called, without what it holds. */
function called(control: Element, known: Known): string {
  const own = control.getAttribute("aria-label");
  if (own) return known.aloud(own);
  const labels = control instanceof HTMLInputElement || control instanceof HTMLTextAreaElement ? [...(control.labels ?? [])] : [];
  if (labels.length) return labels.map((label) => words(label, known)).join(" ");
  const foreign = control.getAttribute("lang");
  if (foreign && foreign !== language()) return t("speech-other-language");
  return words(control, known);
}

/** The words inside an element, without its controls. */
function words(element: Element, known: Known): string {
  const inside = [...element.childNodes].filter((node) => !(node instanceof Element && node.matches(CONTROL)));
  return inside.flatMap((node) => read(node, known, new Set())).join(" ");
}

/** Hints and errors that belong to a field: they are said with it. */
function told(root: Element): Set<string> {
  const fields = [...root.querySelectorAll("input[aria-describedby], textarea[aria-describedby]")].filter(isField);
  return new Set(fields.flatMap((one) => one.getAttribute("aria-describedby")?.split(" ") ?? []));
}

function read(node: Node, known: Known, elsewhere: Set<string>): string[] {
  if (node instanceof Text) return [known.aloud(node.data)].filter(Boolean);
  if (!(node instanceof Element) || node.matches(SILENT) || (node.id && elsewhere.has(node.id))) return [];
  if (node.closest("[data-private]")) return node.textContent?.trim() ? [t("speech-private")] : [];
  if (node.matches("[data-spoken]")) return [spelled(node.textContent?.trim() ?? "", language())];
  if (node instanceof HTMLLabelElement && node.control) return isChoice(node.control) ? [listed(node.control, known)] : [];
  if (node.matches(CONTROL)) return [controlAloud(node, known)];
  if (node instanceof HTMLImageElement) return [known.aloud(node.alt)].filter(Boolean);
  return [...node.childNodes].flatMap((child) => read(child, known, elsewhere));
}

/** A choice among others: its state is worth a word only when it is the chosen one. */
function listed(control: HTMLInputElement, known: Known): string {
  return together(called(control, known), control.checked ? t("speech-chosen") : "");
}

function sentences(parts: string[]): string {
  return parts
    .filter(Boolean)
    .map((part) => (/[.;:!?·,]$/u.test(part) ? part : `${part}.`))
    .join(" ");
}

/** At the end of a sentence, where there is one. */
function cut(text: string): string {
  const letters = [...text];
  if (letters.length <= SPOKEN_MAX) return text;
  const most = letters.slice(0, SPOKEN_MAX).join("");
  return most.slice(0, Math.max(most.lastIndexOf(". ") + 1, 0) || most.length);
}
