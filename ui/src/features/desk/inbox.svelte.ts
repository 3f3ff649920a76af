/** What the inbox shows: kept while the window is open, so that Back from a case finds the same list. */
import type { RequestSort, RequestsQuery, Status } from "../../ipc/commands";

/** Quick lists. */
export const VIEWS = ["open", "late", "clash", "unheard", "executed", "every"] as const;
export type View = (typeof VIEWS)[number];

/** States in which the next word is the desk's. */
export const WAITING = ["RECEIVED", "PROTOCOLLED", "REOPENED", "CANNOT_BE_DONE"] as const satisfies Status[];

export const SORTS = ["newest", "oldest", "due", "priority", "place"] as const satisfies RequestSort[];

export type Filters = {
  view: View;
  search: string;
  status: Status | "";
  community: string;
  group: string;
  department: string;
  crew: string;
  sort: RequestSort;
};

const NONE: Filters = { view: "open", search: "", status: "", community: "", group: "", department: "", crew: "", sort: "newest" };

export const filters: Filters = $state({ ...NONE });

/** Takes away every restriction but the quick list. */
export function clearFilters(): void {
  Object.assign(filters, { ...NONE, view: filters.view, sort: filters.sort });
}

/** How many restrictions stand behind «Φίλτρα». */
export function activeFilters(of: Filters): number {
  return [of.status, of.community, of.group, of.crew].filter(Boolean).length;
}

/** The same in the words of the replica. A state chosen by itself is looked for among closed ones too. */
export function asQuery(of: Filters): Omit<RequestsQuery, "offset" | "limit"> {
  const { view, search, status, community, group, department, crew, sort } = of;
  return {
    search: search.trim(),
    open: !status && (view === "open" || view === "late") ? true : null,
    status: status || null,
    community,
    group,
    department,
    crew,
    no_crew: false,
    late: view === "late",
    clash: view === "clash",
    unheard: view === "unheard",
    executed: view === "executed",
    sort,
  };
}
