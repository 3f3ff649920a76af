/** A day as people type it: 20/11/2026. */
const ZONE = "Europe/Athens";

/** So many days ago, in Athens. */
export function typedDay(daysAgo: number, now = Date.now()): string {
  const parts = new Intl.DateTimeFormat("en-GB", { timeZone: ZONE, day: "2-digit", month: "2-digit", year: "numeric" });
  // Noon: an hour that summer time neither skips nor repeats.
  const [day, month, year] = parts.format(now).split("/").map(Number);
  const then = new Date(Date.UTC(year ?? 1970, (month ?? 1) - 1, (day ?? 1) - daysAgo, 12));
  return parts.format(then);
}
