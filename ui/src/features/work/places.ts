/** Where the last finding was: most findings of a day are in one village. Kept by the replica, as a draft. */
import { call } from "../../ipc/call";
import { station } from "../../shell/station.svelte";

const KEY = "last-place";

export type LastPlace = { community: string; settlement: string };

export async function lastPlace(): Promise<LastPlace | null> {
  try {
    const { json } = await call("draft_load", { key: KEY });
    if (json) return JSON.parse(json) as LastPlace;
    if (station()?.profile !== "crew") return null;
    const { jobs } = await call("today", {});
    const job = jobs.find((row) => row.community);
    return job ? { community: job.community, settlement: job.settlement } : null;
  } catch {
    // Only a convenience: without it the place is chosen by hand.
    return null;
  }
}

export async function keepPlace(place: LastPlace): Promise<void> {
  try {
    await call("draft_save", { key: KEY, json: JSON.stringify(place) });
  } catch {
    // As above.
  }
}
