import type { DocId, Kind } from "../../ipc/commands";

/** Screens that only the desk has. Add yours here and give each a component in `index.ts`. */
export type DeskScreen =
  | { at: "inbox" }
  | { at: "enter" }
  | { at: "conflicts" }
  /** The versions of one record, side by side. */
  | { at: "conflict"; id: DocId; kind: Kind }
  | { at: "devices" }
  | { at: "invite" };
