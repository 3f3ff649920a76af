/** What is told once and stands nowhere: the tracking code of the request that was just entered, until its receipt is left. */
let last: { number: string; pin: string } | null = null;

export function keepPin(number: string, pin: string): void {
  last = { number, pin };
}

export function pinOf(number: string): string {
  return last?.number === number ? last.pin : "";
}

export function forgetPin(): void {
  last = null;
}
