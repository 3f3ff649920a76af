/** Who and where this installation is, as last told by the replica. */
import { beMobile } from "../device/device";
import { call } from "../ipc/call";
import { MAY, type About, type Permit, type Recovered, type Role, type Station, type Withdrawn } from "../ipc/commands";
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

/** The device that was here before, if it was withdrawn and has erased itself. */
export function withdrawn(): Withdrawn | null {
  return about?.withdrawn ?? null;
}

/** Whether the municipality wants a PIN on this device, and nobody has one. */
export function pinWanted(): boolean {
  return about?.pin_wanted ?? false;
}

export function setAbout(next: About): void {
  about = next;
  beMobile(next.mobile);
}

export async function readAbout(): Promise<About> {
  const next = await call("about", {});
  setAbout(next);
  return next;
}

/** Shows the other language now; the replica remembers it for the next start. */
export async function changeLanguage(next: Language): Promise<void> {
  await speak(next);
  await call("set_language", { language: next });
}

/** Whether this person's role has a permit at all. For a record at hand use its own `may`. */
export function roleMay(permit: Permit): boolean {
  const role: Role | undefined = station()?.role;
  return role ? MAY[role].includes(permit) : false;
}
