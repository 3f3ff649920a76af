/** The screens that crews and the desk share; what is offered on them follows from what the person may do. */
import type { ScreenMap } from "../shell/map";

export const screens: ScreenMap = {};
