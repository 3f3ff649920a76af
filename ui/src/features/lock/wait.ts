/** A wait as people read it: minutes and seconds. */
export function inMinutes(seconds: number): string {
  const rest = seconds % 60;
  return `${Math.floor(seconds / 60)}:${String(rest).padStart(2, "0")}`;
}
