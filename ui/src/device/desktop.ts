/** A desktop, or a browser: the web view asks the system where it is. */
import { AGE_MS, fixOf, NoPosition, PATIENCE_MS, type Device, type Fix } from "./device";

function position(): Promise<Fix> {
  const source = (navigator as { geolocation?: Geolocation }).geolocation;
  if (!source) return Promise.reject(new NoPosition("none"));
  return new Promise((resolve, reject) => {
    source.getCurrentPosition(
      ({ coords }) => resolve(fixOf(coords)),
      ({ code }) => reject(new NoPosition(code === 1 ? "denied" : code === 3 ? "slow" : "none")),
      { enableHighAccuracy: true, timeout: PATIENCE_MS, maximumAge: AGE_MS },
    );
  });
}

export const desktop: Device = { position };
