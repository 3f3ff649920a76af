/** The screens of the desk. A screen named here replaces the shared one of the same name. */
import type { ScreenMap } from "../../shell/map";
import Soon from "./Soon.svelte";

export const screens: ScreenMap = {
  inbox: Soon,
  enter: Soon,
  conflicts: Soon,
  devices: Soon,
};
