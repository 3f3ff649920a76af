/** A signature is lines of points; a finger makes more of them than anybody needs. */

export type Point = [number, number];

/** Most points that the town hall takes. */
export const POINTS_MAX = 1_000;

/** Every line with its first and last point, and as many between as fit into `most` in all. */
export function thinned(lines: Point[][], most = POINTS_MAX): Point[][] {
  const kept = lines.filter((line) => line.length).slice(0, most / 2);
  const all = kept.reduce((sum, line) => sum + line.length, 0);
  if (all <= most) return kept;
  const between = Math.max(0, most - 2 * kept.length);
  return kept.map((line) => {
    const room = 2 + Math.floor((between * line.length) / all);
    if (line.length <= room) return line;
    return Array.from({ length: room }, (_, at) => line[Math.round((at * (line.length - 1)) / (room - 1))] ?? [0, 0]);
  });
}
