// Makes the layers of a municipality's map, one GeoJSON feature a line, in the words of the Protomaps basemap schema 4:
// earth, places and boundaries always; roads, water, landuse and buildings from an extract of OpenStreetMap, if there is one.
//
// node layers.mjs --reference FOLDER --out FOLDER [--boundaries FILE] [--osm FOLDER]
import { mkdirSync, readFileSync, writeFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Delaunay } from "d3-delaunay";
import clipping from "polygon-clipping";
import { clipPolygon } from "lineclip";
import { feature } from "topojson-client";

/** How far around the municipality the ground is drawn, in degrees. */
const AROUND = 0.25;
/** Villages of which nobody knows the size are named from this zoom on; seats of a municipality earlier. */
const VILLAGE_FROM = 10;
const SEAT_FROM = 7;

/** From which zoom on a kind, or a layer, is drawn. */
const FROM = { highway: 6, major_road: 9, minor_road: 12, path: 13, rail: 10, water: 9, landuse: 10, buildings: 14 };

/** What is known, without what is not. */
const said = (properties) => Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== null && value !== ""));

/** The rows of `communities.csv`, which has no quotes. */
export function settlements(csv) {
  const [head, ...rows] = csv.replace(/^\uFEFF/u, "").trim().split(/\r?\n/u).map((line) => line.split(","));
  return rows.map((row) => {
    const named = Object.fromEntries(head.map((name, at) => [name, row[at]]));
    return { community: named.community, communityName: named.community_el, communityNameEn: named.community_en, name: named.settlement_el, nameEn: named.settlement_en, lon: Number(named.lon), lat: Number(named.lat) };
  });
}

/** The land within a frame: Natural Earth 1:10m, public domain. */
export function land([west, south, east, north]) {
  const atlas = JSON.parse(readFileSync(new URL("./node_modules/world-atlas/land-10m.json", import.meta.url), "utf8"));
  const all = feature(atlas, atlas.objects.land);
  const polygons = (all.features ?? [all]).flatMap(({ geometry }) => (geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates));
  // A rectangle cuts rings one by one, holes like shores.
  const cut = polygons.map((rings) => rings.map((ring) => clipPolygon(ring, [west, south, east, north])).filter((ring) => ring.length > 2));
  return clipping.union(...cut.filter((rings) => rings.length).map((rings) => [rings]));
}

/**
 * Communities by their villages: every place belongs to the nearest one. No legal border; one that is given takes its place.
 */
export function nearest(villages, [west, south, east, north], ground) {
  const cells = Delaunay.from(villages, (one) => one.lon, (one) => one.lat).voronoi([west, south, east, north]);
  const areas = new Map();
  villages.forEach((one, at) => {
    const cell = cells.cellPolygon(at);
    if (cell) areas.set(one.community, [...(areas.get(one.community) ?? []), [cell]]);
  });
  return [...areas].map(([code, parts]) => {
    const { communityName, communityNameEn } = villages.find((one) => one.community === code);
    return { code, name: communityName, nameEn: communityNameEn, area: clipping.intersection(clipping.union(...parts.map((part) => [part])), ground) };
  });
}

/** The areas of a GeoJSON text, whatever they are wrapped in. */
export function geometries(json) {
  if (json.type === "FeatureCollection") return json.features.flatMap(geometries);
  if (json.type === "Feature") return geometries(json.geometry);
  if (json.type === "GeometryCollection") return json.geometries.flatMap(geometries);
  return json.type === "Polygon" || json.type === "MultiPolygon" ? [json] : [];
}

const square = ([west, south, east, north]) => [[[west, south], [east, south], [east, north], [west, north], [west, south]]];
const line = (geometry, properties, minzoom) => JSON.stringify({ type: "Feature", geometry, properties, ...(minzoom === undefined ? {} : { tippecanoe: { minzoom } }) });
const outline = (area) => ({ type: "MultiLineString", coordinates: area.flat() });

function main() {
  const { values } = parseArgs({ options: { reference: { type: "string" }, out: { type: "string" }, boundaries: { type: "string" }, osm: { type: "string" } } });
  if (!values.reference || !values.out) throw new Error("say --reference FOLDER and --out FOLDER");
  const municipality = JSON.parse(readFileSync(join(values.reference, "municipality.json"), "utf8"));
  const villages = settlements(readFileSync(join(values.reference, "communities.csv"), "utf8"));
  const [west, south, east, north] = municipality.bbox;
  const frame = [west - AROUND, south - AROUND, east + AROUND, north + AROUND];
  const ground = land(frame);
  mkdirSync(values.out, { recursive: true });
  const write = (name, lines) => writeFileSync(join(values.out, `${name}.geojsonl`), `${lines.join("\n")}\n`);

  writeFileSync(join(values.out, "name"), municipality.name.el);
  write("sea", [line({ type: "MultiPolygon", coordinates: clipping.difference(square(frame), ground) }, { kind: "ocean" })]);
  write("earth", [line({ type: "MultiPolygon", coordinates: ground }, { kind: "earth" })]);
  write("places", villages.map((one) => {
    const seat = one.name === municipality.seat_el;
    const from = seat ? SEAT_FROM : VILLAGE_FROM;
    return line({ type: "Point", coordinates: [one.lon, one.lat] }, { kind: "locality", name: one.name, "name:el": one.name, "name:en": one.nameEn, min_zoom: from, population_rank: seat ? 10 : 4 }, from);
  }));
  const communities = nearest(villages, municipality.bbox, ground);
  const legal = values.boundaries ? JSON.parse(readFileSync(values.boundaries, "utf8")) : null;
  const whole = legal
    ? geometries(legal).map((geometry) => (geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates))
    : [clipping.union(...communities.map((one) => one.area))];
  write("boundaries", [
    ...whole.map((area) => line(outline(area), { kind: "municipality", name: municipality.name.el })),
    ...communities.map((one) => line(outline(legal ? clipping.intersection(one.area, ...whole) : one.area), { kind: "community", name: one.name, "name:en": one.nameEn, approximate: true }, 9)),
  ]);
  // What an extract of OpenStreetMap adds lies there already, one file a layer.
  for (const name of ["roads", "water", "landuse", "buildings"]) {
    const from = values.osm && join(values.osm, `${name}.geojsonl`);
    if (!from || !existsSync(from)) continue;
    const features = readFileSync(from, "utf8").split("\n").map((text) => text.replace(/^\u001e/u, "").trim()).filter(Boolean).map((text) => JSON.parse(text));
    write(name, features.map(({ geometry, properties }) => line(geometry, said(properties), FROM[properties.kind] ?? FROM[name])));
  }
}

if (process.argv[1] && import.meta.url.endsWith(process.argv[1].split("/").pop() ?? "")) main();
