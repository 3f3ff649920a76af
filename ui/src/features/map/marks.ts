/** How things look on a map: a shape for what it is, a sign for how it stands, a number for many. */
import L from "leaflet";
import type { MapCluster, MapPoint } from "../../ipc/commands";
import { isPressing } from "./pressing";
import { number } from "../../words/times.svelte";

/** Signs inside the marks, 24 by 24, as everywhere else. */
const SIGNS = {
  request: "M5 21V4M5 5h13l-3 4.5 3 4.5H5",
  asset: "M12 3l8 4.5v9L12 21l-8-4.5v-9L12 3zM4.3 7.7L12 12l7.7-4.3M12 12v9",
  work: "M7 4l13 8-13 8V4z",
  wait: "M7.5 4.5v15M16.5 4.5v15",
} as const;

function sign(point: MapPoint): keyof typeof SIGNS {
  if (point.what === "asset") return "asset";
  if (point.status === "IN_PROGRESS") return "work";
  return point.status === "ON_HOLD" || point.status === "CANNOT_BE_DONE" ? "wait" : "request";
}

export function markOf(point: MapPoint): L.DivIcon {
  const pressing = isPressing(point);
  const svg = `<svg viewBox="0 0 24 24" aria-hidden="true"><path d="${SIGNS[sign(point)]}"/></svg>`;
  return L.divIcon({ className: `mark ${point.what}${pressing ? " pressing" : ""}`, html: svg + (pressing ? "<b>!</b>" : ""), iconSize: [40, 40] });
}

export function markOfMany(cluster: MapCluster): L.DivIcon {
  const size = cluster.count < 10 ? 44 : cluster.count < 100 ? 52 : 60;
  const html = `<span>${number(cluster.count)}</span>${cluster.pressing ? `<b>${number(cluster.pressing)}</b>` : ""}`;
  return L.divIcon({ className: `mark many ${cluster.what}${cluster.pressing ? " pressing" : ""}`, html, iconSize: [size, size] });
}

/** The name of a village, where there is no map that says it. */
export function nameMark(name: string): L.DivIcon {
  const span = document.createElement("span");
  span.textContent = name;
  return L.divIcon({ className: "village", html: span, iconSize: [0, 0] });
}

export function pinMark(): L.DivIcon {
  const html = '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M12 22c4.5-5 7-8.7 7-12a7 7 0 1 0-14 0c0 3.3 2.5 7 7 12z"/><circle cx="12" cy="10" r="2.5"/></svg>';
  return L.divIcon({ className: "pin", html, iconSize: [56, 56], iconAnchor: [28, 52] });
}
