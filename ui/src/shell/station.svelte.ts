/** Who and where this installation is, as last told by the replica. */
import { call } from "../ipc/call";
import type { About, Permit, Recovered, Role, Station } from "../ipc/commands";
import { speak, type Language } from "../words/words.svelte";

let about = $state.raw<About | null>(null);

export function station(): Station | null {
  return about?.station ?? null;
}

export function version(): string {
  return about?.version ?? "";
}

/** What became of a damaged database, until somebody has read it. */
export function recovered(): Recovered | null {
  return about?.recovered ?? null;
}

export function setAbout(next: About): void {
  about = next;
}

export async function readAbout(): Promise<About> {
  about = await call("about", {});
  return about;
}

/** Shows the other language now; the replica remembers it for the next start. */
export async function changeLanguage(next: Language): Promise<void> {
  await speak(next);
  await call("set_language", { language: next });
}

const crewMay: Permit[] = [
  "enter_requests", "record_work", "reopen_requests", "add_assets", "edit_assets", "inspect_assets", "move_assets", "retire_assets",
];

/** Whether this person's role has a permit at all. For a record at hand use its own `may`. */
export function roleMay(permit: Permit): boolean {
  const role: Role | undefined = station()?.role;
  if (!role) return false;
  if (role === "crew") return crewMay.includes(permit);
  if (role === "kiosk") return permit === "enter_requests" || permit === "enter_registered";
  return role === "admin" || permit !== "manage_devices";
}
