/** Every test starts in Greek, in an empty window, with no fake replica left over. */
import "@testing-library/jest-dom/vitest";
import { clearMocks } from "@tauri-apps/api/mocks";
import { cleanup, configure } from "@testing-library/svelte";
import { afterEach, beforeEach } from "vitest";
import { speak } from "../words/words.svelte";

// Screens come in chunks; on a busy machine the first one takes its time.
configure({ asyncUtilTimeout: 5_000 });

// jsdom draws nothing and so has no layout: what scrolls is the window, what is measured moves with it.
window.scrollTo = ((_left: number, top: number) => {
  Object.defineProperty(window, "scrollY", { value: top, configurable: true });
  window.dispatchEvent(new Event("scroll"));
}) as typeof window.scrollTo;
Element.prototype.getBoundingClientRect = () => new DOMRect(0, -window.scrollY, 360, 0);
HTMLDialogElement.prototype.showModal = function () {
  this.open = true;
};
HTMLDialogElement.prototype.close = function () {
  this.open = false;
  this.dispatchEvent(new Event("close"));
};
globalThis.DOMRect ??= class {
  constructor(public x = 0, public y = 0, public width = 0, public height = 0) {}
  get top() {
    return this.y;
  }
} as unknown as typeof DOMRect;

beforeEach(async () => {
  history.replaceState(null, "");
  window.scrollTo(0, 0);
  await speak("el");
});
afterEach(async () => {
  // Forms save once more as they close: the replica goes away after that.
  cleanup();
  await new Promise((done) => setTimeout(done));
  clearMocks();
});
