/** Screens that only the desk has. Add yours here and give each a component in `index.ts`. */
export type DeskScreen = { at: "inbox" } | { at: "enter" } | { at: "conflicts" } | { at: "devices" };
