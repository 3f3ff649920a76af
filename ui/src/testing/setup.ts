/** Every test starts in Greek, with no fake replica left over. */
import "@testing-library/jest-dom/vitest";
import { clearMocks } from "@tauri-apps/api/mocks";
import { cleanup } from "@testing-library/svelte";
import { afterEach, beforeEach } from "vitest";
import { speak } from "../words/words.svelte";

beforeEach(async () => {
  await speak("el");
});
afterEach(() => {
  cleanup();
  clearMocks();
});
