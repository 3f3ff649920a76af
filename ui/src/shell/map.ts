/** Which component shows which screen. Each takes its own screen, with its data, as `screen`. */
import type { Component } from "svelte";
import type { Of, Screen } from "./screens.svelte";

export type ScreenMap = { [K in Screen["at"]]?: Component<{ screen: Of<K> }> };
