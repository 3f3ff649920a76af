/** What the list of requests was last asked for, so that Back returns to the same list. */
const NONE = { search: "", state: "open", community: "", group: "", late: false };

export const asked = $state({ ...NONE });

/** Asks for something else, with no other restriction. */
export function askForRequests(next: Partial<typeof NONE>): void {
  Object.assign(asked, NONE, next);
}
