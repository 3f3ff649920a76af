/** What the list of assets was last asked for, so that Back returns to the same list. */
export type DueFilter = "" | "overdue" | "soon" | "failed";

const NONE = { search: "", kind: "", community: "", condition: "", due: "" as DueFilter, missing: false, retired: false };

export const asked = $state({ ...NONE });

/** Asks for something else, with no other restriction. */
export function askFor(next: Partial<typeof NONE>): void {
  Object.assign(asked, NONE, next);
}
