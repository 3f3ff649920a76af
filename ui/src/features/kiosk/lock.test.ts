import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { lock, types } from "./lock";

let unlock: () => void;
let field: HTMLInputElement;
let area: HTMLTextAreaElement;

beforeEach(() => {
  document.body.innerHTML = "<main><p id='words'>Λόγια</p><input id='one' /><textarea id='two'></textarea><input id='file' type='file' /><a id='out' href='https://example.org'>έξω</a><a id='in' href='#one'>πεδίο</a></main>";
  field = document.querySelector("#one")!;
  area = document.querySelector("#two")!;
  unlock = lock();
});
afterEach(() => {
  unlock();
  document.body.innerHTML = "";
});

/** Whether an event goes through, as the web view would see it. */
function passes(target: EventTarget, event: Event): boolean {
  const heard = vi.fn();
  target.addEventListener(event.type, heard, { once: true });
  const kept = target.dispatchEvent(event);
  target.removeEventListener(event.type, heard);
  expect(heard).toHaveBeenCalledTimes(kept ? 1 : 0);
  return kept;
}
const at = (name: string, more: object = {}) => Object.assign(new Event(name, { bubbles: true, cancelable: true }), more);
const key = (key: string, more: KeyboardEventInit = {}) => new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more });
const mouse = (name: string, more: MouseEventInit = {}) => new MouseEvent(name, { bubbles: true, cancelable: true, ...more });

describe("the lock of a kiosk's window", () => {
  it("lets a keyboard type: letters, capitals, dead keys, AltGr, and what moves in a form", () => {
    for (const one of ["α", "Ω", "ϊ", "a", "Z", "7", " ", "@", "€", "𝒜"]) expect(passes(field, key(one))).toBe(true);
    for (const one of ["Dead", "Process", "Compose", "Shift", "CapsLock", "AltGraph"]) expect(passes(field, key(one))).toBe(true);
    for (const one of ["Tab", "Enter", "Escape", "Backspace", "Delete", "Home", "End", "ArrowLeft", "ArrowDown", "PageUp"]) expect(passes(field, key(one))).toBe(true);
    expect(passes(field, key("Tab", { shiftKey: true }))).toBe(true);
    expect(passes(field, key("ArrowLeft", { shiftKey: true }))).toBe(true);
    // On Windows AltGr is Ctrl with Alt.
    expect(passes(field, key("€", { ctrlKey: true, altKey: true, modifierAltGraph: true }))).toBe(true);
    expect(passes(field, key("ά", { isComposing: true }))).toBe(true);
  });

  it("lets a scanner type a code and Enter, as fast as it likes", () => {
    for (const one of [..."56141007020600000000000127612832", "Enter"]) expect(passes(field, key(one))).toBe(true);
  });

  it("lets Ctrl+A choose all of a field, and of nothing else", () => {
    for (const one of ["a", "A", "α"]) {
      expect(passes(field, key(one, { ctrlKey: true }))).toBe(true);
      expect(passes(area, key(one, { ctrlKey: true }))).toBe(true);
      expect(passes(document.body, key(one, { ctrlKey: true }))).toBe(false);
    }
    expect(passes(field, key("a", { ctrlKey: true, shiftKey: true }))).toBe(false);
  });

  it("swallows every other chord, and keys of functions", () => {
    const held: KeyboardEventInit[] = [{ ctrlKey: true }, { altKey: true }, { metaKey: true }, { ctrlKey: true, shiftKey: true }, { ctrlKey: true, altKey: true }];
    for (const more of held) for (const one of ["p", "ο", "w", "t", "n", "r", "v", "c", "i", "+", "-", "0", "F4", "Tab", "ArrowLeft", "Home", "Enter", " ", "."]) expect(types(key(one, more))).toBe(false);
    const named = ["F1", "F5", "F7", "F10", "F11", "F12", "ContextMenu", "PrintScreen", "Pause", "Insert", "Meta", "Alt", "Control", "BrowserBack", "BrowserHome", "LaunchMail", "AudioVolumeUp", "Help", "Find", "Print", "ZoomIn", "Power"];
    for (const one of named) expect(passes(field, key(one))).toBe(false);
    expect(passes(field, key("Delete", { shiftKey: true }))).toBe(false);
  });

  it("opens no menu, knows one button, and does not zoom", () => {
    expect(passes(field, mouse("contextmenu"))).toBe(false);
    for (const button of [1, 2, 3, 4]) for (const name of ["mousedown", "mouseup", "auxclick"]) expect(passes(field, mouse(name, { button }))).toBe(false);
    expect(passes(field, mouse("mousedown"))).toBe(true);
    expect(passes(area, new WheelEvent("wheel", { ctrlKey: true, deltaY: 1, bubbles: true, cancelable: true }))).toBe(false);
    expect(passes(area, new WheelEvent("wheel", { deltaY: 1, bubbles: true, cancelable: true }))).toBe(true);
    expect(passes(area, at("gesturestart"))).toBe(false);
    expect(passes(area, at("touchmove", { touches: [1, 2] }))).toBe(false);
    expect(passes(area, at("touchmove", { touches: [1] }))).toBe(true);
  });

  it("takes nothing in and gives nothing out: drops, pastes, copies, drags", () => {
    for (const name of ["dragstart", "dragenter", "dragover", "drop", "paste", "copy", "cut"]) {
      expect(passes(field, at(name))).toBe(false);
      expect(passes(document.querySelector("#words")!, at(name))).toBe(false);
    }
    for (const inputType of ["insertFromPaste", "insertFromDrop", "insertFromYank"]) expect(passes(field, at("beforeinput", { inputType }))).toBe(false);
    expect(passes(field, at("beforeinput", { inputType: "insertText" }))).toBe(true);
  });

  it("chooses text in fields only", () => {
    expect(passes(document.querySelector("#words")!, at("selectstart"))).toBe(false);
    expect(passes(document.querySelector("#words")!.firstChild!, at("selectstart"))).toBe(false);
    expect(passes(field, at("selectstart"))).toBe(true);
  });

  it("follows no link but those to fields, and chooses no file", () => {
    expect(passes(document.querySelector("#out")!, mouse("click"))).toBe(false);
    expect(passes(document.querySelector("#file")!, mouse("click"))).toBe(false);
    expect(passes(document.querySelector("#in")!, mouse("click"))).toBe(true);
  });

  it("answers for the window: it opens, asks, prints and closes nothing; unlocked it is as before", () => {
    expect(window.open("https://example.org")).toBeNull();
    expect(window.confirm(";")).toBe(false);
    expect(window.prompt(";")).toBeNull();
    expect([window.alert(), window.print(), window.close()]).toEqual([undefined, undefined, undefined]);
    const locked = window.open;
    unlock();
    expect(window.open).not.toBe(locked);
    expect("showOpenFilePicker" in window).toBe(false);
    expect(passes(field, key("F5"))).toBe(true);
  });
});
