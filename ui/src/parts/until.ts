/** Waits until something holds that no event tells. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((go) => setTimeout(go, 20));
}
