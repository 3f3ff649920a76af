/** Which component shows which screen. Each takes its own screen, with its data, as `screen`; a screen without data may leave it out. */
import type { Component } from "svelte";
import type { Of, Screen } from "./screens.svelte";

type Bare = Component<Record<string, never>>;

export type ScreenMap = { [K in Screen["at"]]?: Component<{ screen: Of<K> }> | Bare };
