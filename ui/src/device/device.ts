/**
 * What a device can do beside its replica. One interface; `desktop.ts` and `mobile.ts` are what stands behind it.
 *
 * Photos need no word here: `Camera.svelte` opens the camera of a telephone and the files of a desktop.
 */
import { desktop } from "./desktop";
import { mobile } from "./mobile";

export type Fix = { lat: number; lon: number; accuracy_m: number };

/** Why there is no position: not allowed, no receiver or no sky, or none within the time. */
export type PositionFault = "denied" | "none" | "slow";

/** Why nothing was scanned: the camera is not allowed, or does not work. */
export type ScanFault = "denied" | "none";

export class NoPosition extends Error {
  constructor(readonly fault: PositionFault) {
    super(fault);
  }
}

export class NoScan extends Error {
  constructor(readonly fault: ScanFault) {
    super(fault);
  }
}

export interface Device {
  /** Where it is. Rejects with a `NoPosition`. */
  position(): Promise<Fix>;
  /**
   * Reads a square code by pointing the camera at it; `null` when somebody gave up. Rejects with a `NoScan`.
   * Missing where no camera can be pointed: there a picture is taken, a scanner types, or a hand does.
   */
  scan?: () => Promise<string | null>;
}

/** How long somebody waits for the sky, and how old a position may be, in milliseconds. */
export const PATIENCE_MS = 20_000;
export const AGE_MS = 10_000;

/** The largest radius that is told, in metres: beyond it a position says nothing. */
const RADIUS_MAX = 100_000;

/** What both kinds of device tell of a position. */
export function fixOf(coords: { latitude: number; longitude: number; accuracy: number }): Fix {
  return { lat: coords.latitude, lon: coords.longitude, accuracy_m: Math.min(coords.accuracy, RADIUS_MAX) };
}

let isMobile = false;

/** The app runs on a telephone or a tablet, as its program says. */
export function beMobile(on: boolean): void {
  isMobile = on;
}

/** This device. */
export function device(): Device {
  return isMobile ? mobile : desktop;
}
