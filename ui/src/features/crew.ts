/** The first screen of a crew; the others come right after it. */
import type { ScreenMap } from "../shell/map";
import Today from "./work/Today.svelte";

export const screens: ScreenMap = { today: Today };
