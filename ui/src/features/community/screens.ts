import type { DocId } from "../../ipc/commands";

/** What a community enters: for a resident, work that was done, a fault that could not wait, works it proposes. */
export type CommunityEntry = "resident" | "memo" | "urgent" | "proposal";

/** Screens that only a community has. Add yours here and give each a component in `index.ts`. */
export type CommunityScreen =
  | { at: "community" }
  | { at: "community_enter"; as: CommunityEntry; asset?: DocId; community?: string }
  /** The receipt of what was just saved, or of the request on which it was noted as the same. */
  | { at: "community_entered"; as: CommunityEntry; id: DocId; number: string; same?: boolean }
  /** A memo on a request that is there; begun where new ones are entered, it ends with a receipt. */
  | { at: "community_memo"; id: DocId; entered?: boolean }
  | { at: "community_report"; community: string }
  /** Works it proposes, in the order of its council. */
  | { at: "community_proposals"; community: string };
