/** The screens of a crew. */
import type { ScreenMap } from "../shell/map";

export const screens: ScreenMap = {};
