/**
 * The kiosk's voice. While it is on, a first touch or a step with Tab says what is there, a second touch on the same thing does it;
 * a new screen is read from its top. Whatever begins to be said ends what was being said. It ends with the visit.
 */
import { asProblem, call } from "../../ipc/call";
import type { Problem } from "../../ipc/commands";
import { known, type Known } from "../../words/known";
import { language, t } from "../../words/words.svelte";
import { controlAloud, controlAt, isField, screenAloud } from "./aloud";

const STEPS = 5;
const MIDDLE = 3;
/** A focus that only passes through says nothing. */
const SETTLE_MS = 80;

export class Voice {
  on = $state(false);
  problem = $state.raw<Problem | null>(null);
  #languages = $state.raw<string[]>([]);
  #rate = MIDDLE;
  #volume = MIDDLE;
  #main: () => Element | null;
  /** What the last touch or Tab came to: touching it again acts. */
  #heard: Element | null = null;
  #heardBefore: Element | null = null;
  #dialog: Element | null = null;
  #last = "";
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** What the voice is to do next; `null` is silence. */
  #next: string | null | undefined;
  #sending = false;

  constructor(main: () => Element | null) {
    this.#main = main;
  }

  /** Whether this machine speaks the language that is shown. */
  get offered(): boolean {
    return this.#languages.includes(language());
  }

  /** Asks what the machine can speak. A kiosk without a voice offers none. */
  async find(): Promise<void> {
    try {
      this.#languages = (await call("kiosk_voice", {})).languages;
    } catch (failure) {
      console.error("Asking for a voice", failure);
    }
  }

  toggle(): void {
    if (this.on) return this.#off();
    this.problem = null;
    this.on = true;
    this.#say((words) => `${t("speech-intro")} ${this.#screen(words)}`);
  }

  again(): void {
    if (this.#last) this.#want(this.#last);
    else this.#say((words) => this.#screen(words));
  }
  stop(): void {
    clearTimeout(this.#timer);
    this.#want(null);
  }
  faster(by: 1 | -1): void {
    this.#rate = within(this.#rate + by);
    this.again();
  }
  louder(by: 1 | -1): void {
    this.#volume = within(this.#volume + by);
    this.again();
  }

  /** The same screen in other words. */
  languageChanged(): void {
    if (!this.on) return;
    if (this.offered) this.#say((words) => this.#screen(words));
    else this.#off();
  }

  /** The visit is over: silence, and the usual pace and loudness for the next. */
  end(): void {
    if (this.on) this.#off();
    this.problem = null;
    this.#rate = MIDDLE;
    this.#volume = MIDDLE;
  }

  /** Begins to hear what is touched and focused. Gives the way to stop. */
  listen(): () => void {
    const heard: [string, (event: never) => void][] = [
      ["pointerdown", () => { this.#heardBefore = this.#heard; }],
      ["click", (event: MouseEvent) => this.#touched(event)],
      ["focusin", (event: FocusEvent) => this.#focused(event.target)],
      ["change", (event: Event) => this.#changed(event.target)],
    ];
    for (const [name, hear] of heard) document.addEventListener(name, hear as EventListener, true);
    return () => {
      for (const [name, hear] of heard) document.removeEventListener(name, hear as EventListener, true);
      this.end();
    };
  }

  #off(): void {
    this.on = false;
    this.#mark(null);
    this.#dialog = null;
    this.#last = "";
    this.stop();
  }

  #screen(words: Known): string {
    const main = this.#main();
    return main ? screenAloud(main, words) : "";
  }

  #touched(event: MouseEvent): void {
    if (!this.on || !(event.target instanceof Element) || event.target.closest(".keyboard, [data-voice]")) return;
    const control = controlAt(event.target);
    if (!control) {
      const text = event.target.closest("h1, h2, p, li, dd, dt, legend, img");
      if (text) this.#say((words) => (text.tagName === "H1" ? this.#screen(words) : screenAloud(text, words)));
      return;
    }
    // A key of a keyboard is no touch: whoever presses it has heard where they are.
    const acts = event.detail === 0 || control === this.#heardBefore || isField(control);
    if (!acts) {
      event.preventDefault();
      event.stopImmediatePropagation();
      control.focus();
    }
    this.#mark(control);
    if (!acts || control.hasAttribute("aria-pressed") || isField(control)) this.#say((words) => controlAloud(control, words));
  }

  #focused(target: EventTarget | null): void {
    if (!this.on || !(target instanceof HTMLElement) || target === this.#main()) return;
    if (target.closest("[data-voice]")) return;
    const dialog = target.closest("dialog");
    const enters = dialog !== null && dialog !== this.#dialog;
    this.#dialog = dialog;
    const control = controlAt(target);
    if (enters) {
      this.#mark(control);
      this.#say((words) => screenAloud(dialog, words));
    } else if (control) {
      this.#mark(control);
      this.#say((words) => controlAloud(control, words));
    } else {
      // A heading or a message that takes the focus: something new begins there.
      this.#mark(null);
      const part = target.tagName === "H1" ? this.#main() : target.getAttribute("role") === "alert" ? target : target.parentElement?.closest("[tabindex='-1']");
      this.#say((words) => screenAloud(part ?? target, words));
    }
  }

  #changed(target: EventTarget | null): void {
    if (!this.on || !(target instanceof HTMLInputElement) || isField(target)) return;
    this.#say((words) => controlAloud(target, words));
  }

  #mark(control: Element | null): void {
    this.#heard?.removeAttribute("data-heard");
    this.#heard = control;
    control?.setAttribute("data-heard", "");
  }

  /** Says something once the focus has come to rest; it is put together then, from what the screen shows then. */
  #say(compose: (words: Known) => string): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      known(language()).then(
        (words) => {
          const text = this.on ? compose(words) : "";
          if (!text) return;
          this.#last = text;
          this.#want(text);
        },
        (failure: unknown) => console.error("Reading the words", failure),
      );
    }, SETTLE_MS);
  }

  #want(what: string | null): void {
    this.#next = what;
    if (!this.#sending) void this.#send();
  }

  /** One after the other, and of those that wait only the last. */
  async #send(): Promise<void> {
    this.#sending = true;
    while (this.#next !== undefined) {
      const text: string | null = this.#next;
      this.#next = undefined;
      try {
        if (text === null) await call("kiosk_hush", {});
        else await call("kiosk_speak", { text, language: language(), rate: this.#rate, volume: this.#volume });
      } catch (failure) {
        this.#next = undefined;
        if (this.on) this.#off();
        this.#next = undefined;
        this.problem = asProblem(failure);
      }
    }
    this.#sending = false;
  }
}

function within(step: number): number {
  return Math.min(STEPS, Math.max(1, step));
}
