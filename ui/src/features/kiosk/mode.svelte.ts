/** How this kiosk meets visitors now: in order or not, and whether somebody calls for staff. */
import { call } from "../../ipc/call";
import type { KioskMode } from "../../ipc/commands";
import { changeCount } from "../../ipc/reading.svelte";

/** How often to look whether a call has ended by itself. */
const LOOK_MS = 5_000;

let mode = $state.raw<KioskMode | null>(null);

/** `null` until it was read for the first time. */
export function kioskMode(): KioskMode | null {
  return mode;
}

export function setKioskMode(next: KioskMode): void {
  mode = next;
}

/**
 * Reads now, after every change, and again and again while somebody calls. Call once, while the kiosk starts: a page of staff
 * that was open in a window before this one is closed.
 */
export function followKioskMode(): void {
  call("staff_end", {}).catch((failure: unknown) => console.error("Closing the page of staff", failure));
  $effect(() => {
    changeCount();
    void read();
  });
  $effect(() => {
    if (mode?.called_at == null) return;
    const timer = setInterval(() => void read(), LOOK_MS);
    return () => clearInterval(timer);
  });
}

async function read(): Promise<void> {
  try {
    mode = await call("kiosk_mode", {});
  } catch (failure) {
    console.error("Reading how the kiosk is", failure);
  }
}
