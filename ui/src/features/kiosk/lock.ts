/**
 * What the window of a kiosk does not do, whoever asks: menus, chords, drops, pastes, zoom, pickers, dialogs, other windows.
 *
 * One finger, a keyboard that types and a scanner that types go through. What a page cannot refuse, `src-tauri/lock.rs` does.
 */

type Refused = (event: Event) => boolean;

/** Keys that write nothing by themselves and are needed to write, or to go from field to field. */
const keys = new Set([
  "Shift", "CapsLock", "NumLock", "AltGraph", "ModeChange", "Dead", "Compose", "Process", "Unidentified",
  "Backspace", "Delete", "Tab", "Enter", "Escape", "ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End", "PageUp", "PageDown",
]);

function isField(target: EventTarget | null): boolean {
  if (target instanceof HTMLTextAreaElement) return true;
  return target instanceof HTMLInputElement && !["radio", "checkbox", "button", "submit", "file", "color"].includes(target.type);
}

/** Windows says Ctrl and Alt for AltGr, which writes € and @. */
function isChord(event: KeyboardEvent | MouseEvent): boolean {
  return (event.ctrlKey || event.altKey || event.metaKey) && !event.getModifierState("AltGraph");
}

/** Whether a key only writes, or moves within a form. */
export function types(event: KeyboardEvent): boolean {
  const { key } = event;
  if (isChord(event)) return event.ctrlKey && !event.altKey && !event.metaKey && !event.shiftKey && /^[aα]$/i.test(key) && isField(event.target);
  // Shift with it cuts.
  if (key === "Delete" && event.shiftKey) return false;
  return event.isComposing || [...key].length === 1 || keys.has(key);
}

const always: Refused = () => true;
const key: Refused = (event) => event instanceof KeyboardEvent && !types(event);
const otherButton: Refused = (event) => event instanceof MouseEvent && event.button !== 0;
const zoomingWheel: Refused = (event) => event instanceof WheelEvent && isChord(event);
const twoFingers: Refused = (event) => ((event as TouchEvent).touches?.length ?? 0) > 1;
const outsideFields: Refused = (event) => !isField(event.target);
/**
 * Nothing is pasted, not even as plain text: a visitor brings no clipboard along, so what lies there is somebody else's, and
 * choosing text in a field already puts it there on some systems.
 */
const brought: Refused = (event) => /^insertFrom(Paste|Drop|Yank)/.test((event as InputEvent).inputType ?? "");
const choosers = ["file", "color", "date", "datetime-local", "time", "month", "week"];
/** Choosing a file, a colour or a date opens windows of the system; a link leads away. Links to fields are the screens' own. */
const leadsAway: Refused = ({ target }) => {
  if (!(target instanceof Element)) return false;
  const input = target.closest("input");
  if (input && choosers.includes(input.type)) return true;
  const link = target.closest("a, area");
  return link !== null && !link.getAttribute("href")?.startsWith("#");
};

const refusals: [name: string, refused: Refused][] = [
  ["keydown", key],
  ["keypress", key],
  ["keyup", key],
  ["contextmenu", always],
  ["auxclick", always],
  ["mousedown", otherButton],
  ["mouseup", otherButton],
  ["wheel", zoomingWheel],
  ["gesturestart", always],
  ["gesturechange", always],
  ["touchstart", twoFingers],
  ["touchmove", twoFingers],
  ["dragstart", always],
  ["dragenter", always],
  ["dragover", always],
  ["drop", always],
  ["selectstart", outsideFields],
  ["copy", always],
  ["cut", always],
  ["paste", always],
  ["beforeinput", brought],
  ["click", leadsAway],
];

/** What the window offers every page, and how it answers here. */
const answers: Record<string, () => unknown> = {
  open: () => null,
  close: () => undefined,
  moveBy: () => undefined,
  moveTo: () => undefined,
  print: () => undefined,
  resizeBy: () => undefined,
  resizeTo: () => undefined,
  alert: () => undefined,
  confirm: () => false,
  prompt: () => null,
  showOpenFilePicker: () => Promise.reject(new DOMException("", "NotAllowedError")),
  showSaveFilePicker: () => Promise.reject(new DOMException("", "NotAllowedError")),
  showDirectoryPicker: () => Promise.reject(new DOMException("", "NotAllowedError")),
};

function refuse(event: Event, refused: Refused): void {
  if (!refused(event)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}

/** Locks the window; gives what unlocks it again. */
export function lock(): () => void {
  const heard = refusals.map(([name, refused]) => [name, (event: Event) => refuse(event, refused)] as const);
  for (const [name, ear] of heard) window.addEventListener(name, ear, { capture: true, passive: false });
  const before = Object.entries(answers).map(([name, value]) => {
    const own = Object.getOwnPropertyDescriptor(window, name);
    Object.defineProperty(window, name, { value, configurable: true, writable: false });
    return [name, own] as const;
  });
  // WebKit lets a page close a window that has been nowhere else.
  if (history.length < 2) history.pushState(null, "");
  return () => {
    for (const [name, ear] of heard) window.removeEventListener(name, ear, { capture: true });
    for (const [name, own] of before) {
      if (own) Object.defineProperty(window, name, own);
      else Reflect.deleteProperty(window, name);
    }
  };
}
