import { existsSync } from "node:fs";

/** Says in a sentence what is missing before anything starts. */
export default function ready(): void {
  const bridge = process.env.KOINA_BRIDGE;
  if (!bridge || !existsSync(bridge)) {
    throw new Error(
      `KOINA_BRIDGE must name the built program koina-bridge${bridge ? `, and ${bridge} does not exist` : ""}. ` +
        "Build it with `cargo build -p koina-tests --bin koina-bridge`; the screens come from `npm --prefix ui run build`.",
    );
  }
}
