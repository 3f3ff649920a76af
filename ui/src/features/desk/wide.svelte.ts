/** Whether the window has room for a table. Zoom counts: at 200 % a wide screen is a narrow one. */
const query = typeof window.matchMedia === "function" ? window.matchMedia("(min-width: 62rem)") : null;
let room = $state(query?.matches ?? true);
query?.addEventListener("change", (event) => (room = event.matches));

export function isWide(): boolean {
  return room;
}
