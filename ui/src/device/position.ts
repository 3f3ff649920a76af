/** Where this device is. One way to ask, whatever the device has for it. */

export type Fix = { lat: number; lon: number; accuracy_m: number };

/** Why there is no position: not allowed, no receiver or no sky, or none within the time. */
export type PositionFault = "denied" | "none" | "slow";

/** How long somebody waits for the sky, and how old a position may be. */
const PATIENCE_MS = 20_000;
const AGE_MS = 10_000;

export class NoPosition extends Error {
  constructor(readonly fault: PositionFault) {
    super(fault);
  }
}

export function position(): Promise<Fix> {
  const source = (navigator as { geolocation?: Geolocation }).geolocation;
  if (!source) return Promise.reject(new NoPosition("none"));
  return new Promise((resolve, reject) => {
    source.getCurrentPosition(
      ({ coords }) => resolve({ lat: coords.latitude, lon: coords.longitude, accuracy_m: Math.min(coords.accuracy, 100_000) }),
      ({ code }) => reject(new NoPosition(code === 1 ? "denied" : code === 3 ? "slow" : "none")),
      { enableHighAccuracy: true, timeout: PATIENCE_MS, maximumAge: AGE_MS },
    );
  });
}
