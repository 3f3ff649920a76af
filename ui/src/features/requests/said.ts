import type { Position, RequestRow } from "../../ipc/commands";
import { positionInWords } from "../../words/positions";

/** What somebody typed of a trouble that was reported already, as one text: words, where exactly, and the point. */
export function saidOf(typed: { text: string; place_text: string; position: Position | null }): string {
  return [typed.text.trim(), typed.place_text.trim(), typed.position ? positionInWords(typed.position) : ""].filter(Boolean).join(" · ");
}

/** The number that whoever reported it knows. */
export function receiptOf(row: RequestRow): string {
  return row.receipt_number ?? row.protocol_number ?? "";
}
