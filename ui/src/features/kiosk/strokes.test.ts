import { expect, test } from "vitest";
import { thinned, type Point } from "./strokes";

const line = (length: number): Point[] => Array.from({ length }, (_, at) => [at, at]);
const points = (lines: Point[][]) => lines.reduce((sum, one) => sum + one.length, 0);

test("a signature that fits is kept as it was drawn", () => {
  expect(thinned([line(3), line(1)])).toEqual([line(3), line(1)]);
});

test("a long signature keeps the ends of every line and never has more points than the town hall takes", () => {
  for (const lines of [[line(5000)], [line(900), line(400), line(1)], Array.from({ length: 700 }, () => line(9))]) {
    const kept = thinned(lines);
    expect(points(kept)).toBeLessThanOrEqual(1_000);
    expect(points(kept)).toBeGreaterThan(500);
    kept.forEach((one, at) => {
      expect(one[0]).toEqual(lines[at]?.[0]);
      expect(one.at(-1)).toEqual(lines[at]?.at(-1));
    });
  }
});
