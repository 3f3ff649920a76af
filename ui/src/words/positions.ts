/** Positions as people read them: degrees (WGS 84) and metres of the Greek grid (ΕΓΣΑ87). */
import type { Egsa87, Position } from "../ipc/commands";
import { number } from "./times.svelte";
import { locale, t } from "./words.svelte";

/** «40,09971, 22,50017 · ακρίβεια 8 μ.» */
export function positionInWords(position: Position): string {
  const degrees = new Intl.NumberFormat(locale(), { minimumFractionDigits: 5, maximumFractionDigits: 5 });
  const point = `${degrees.format(position.lat)}, ${degrees.format(position.lon)}`;
  return position.accuracy_m === null ? point : `${point} · ${t("case-position-accuracy", { metres: Math.round(position.accuracy_m) })}`;
}

/** «ΕΓΣΑ87: Α 372.008, Β 4.439.615» */
export function gridInWords(grid: Egsa87): string {
  return t("position-grid", { east: number(Math.round(grid.east)), north: number(Math.round(grid.north)) });
}
