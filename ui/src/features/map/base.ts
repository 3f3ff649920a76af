/** The ground of a map: the tiles of this device, drawn by the page itself; nothing is asked of a network. */
import L from "leaflet";
import "leaflet/dist/leaflet.css";
import { leafletLayer, type LabelRule, type PaintRule } from "protomaps-leaflet";
import * as protomaps from "protomaps-leaflet";
import { namedFlavor } from "@protomaps/basemaps";
import { call } from "../../ipc/call";
import type { MapPack } from "../../ipc/commands";
import { language } from "../../words/words.svelte";

// The library of the tiles looks for the other one by its name.
(globalThis as { L?: typeof L }).L = L;

/** Nearest and farthest look at the municipality. */
export const NEAREST = 19;
export const FARTHEST = 8;

export type Bounds = [west: number, south: number, east: number, north: number];

export function corners([west, south, east, north]: Bounds): L.LatLngBounds {
  return L.latLngBounds([south, west], [north, east]);
}

/** A map in an element, over the whole municipality. It never leaves it by far. */
export function makeMap(element: HTMLElement, bounds: Bounds): L.Map {
  const all = corners(bounds);
  const map = L.map(element, {
    minZoom: FARTHEST,
    maxZoom: NEAREST,
    // The municipality fills the frame as far as it can.
    zoomSnap: 0.5,
    zoomControl: false,
    attributionControl: false,
    maxBounds: all.pad(0.5),
    // Motion is for whoever wants it.
    zoomAnimation: !still(),
    fadeAnimation: !still(),
    inertia: !still(),
  });
  map.fitBounds(all);
  return map;
}

export function still(): boolean {
  return window.matchMedia?.("(prefers-reduced-motion: reduce)").matches ?? false;
}

/** The layer of a map of this device. */
export function ground(pack: MapPack): L.Layer {
  const flavor = namedFlavor("light");
  const source = {
    getZxy: async (z: number, x: number, y: number) => {
      const { data } = await call("map_tile", { z, x, y });
      return data === null ? undefined : { data: bytes(data) };
    },
  };
  const paint: PaintRule[] = [...protomaps.paintRules(flavor), ...borders()];
  const labels: LabelRule[] = protomaps.labelRules(flavor, language());
  return leafletLayer({
    url: source as never,
    paintRules: paint,
    labelRules: labels,
    backgroundColor: flavor.background,
    maxDataZoom: pack.max_zoom,
    minZoom: FARTHEST,
    maxZoom: NEAREST,
    attribution: "",
  }) as unknown as L.Layer;
}

/** Borders of communities and of the municipality stand out: who answers for a place is what people look for. */
function borders(): PaintRule[] {
  const line = (width: number, dash: number[]) => new protomaps.LineSymbolizer({ color: "#6b3fa0", width, dash, dashColor: "#6b3fa0", dashWidth: width });
  const kind = (wanted: string) => (_: number, feature?: { props: Record<string, unknown> }) => feature?.props["kind"] === wanted;
  return [
    { dataLayer: "boundaries", symbolizer: line(1.5, [6, 4]), filter: kind("community") as never },
    { dataLayer: "boundaries", symbolizer: line(2.5, [12, 4]), filter: kind("municipality") as never },
  ];
}

function bytes(base64: string): ArrayBuffer {
  const text = atob(base64);
  const out = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at += 1) out[at] = text.charCodeAt(at);
  return out.buffer;
}
