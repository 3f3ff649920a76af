import type { MapPoint } from "../../ipc/commands";

/** Whether it asks for somebody: danger, late, or an asset in need. */
export function isPressing(point: MapPoint): boolean {
  return point.what === "request" ? point.late || point.priority === 1 : point.open_requests > 0 || point.condition === 5;
}
