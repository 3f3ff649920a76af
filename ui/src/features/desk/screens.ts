import type { DeviceRow, DocId, Kind } from "../../ipc/commands";

/** Screens that only the desk has. Add yours here and give each a component in `index.ts`. */
export type DeskScreen =
  | { at: "inbox" }
  | { at: "enter" }
  /** Many requests for a crew and a day at once. */
  | { at: "planning" }
  /** A plan of civil protection comes into force, or ends. */
  | { at: "emergency" }
  /** What is kept of people, and for how long. */
  | { at: "kept" }
  /** Who may sign in at desks. */
  | { at: "accounts" }
  | { at: "conflicts" }
  /** The versions of one record, side by side. */
  | { at: "conflict"; id: DocId; kind: Kind }
  /** `changed`: the name of a device that was just changed. */
  | { at: "devices"; changed?: string }
  | { at: "device"; device: DeviceRow }
  | { at: "invite" };
