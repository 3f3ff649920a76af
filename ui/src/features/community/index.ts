/** The screens of a community. A screen named here replaces the shared one of the same name. */
import type { ScreenMap } from "../../shell/map";
import Enter from "./Enter.svelte";
import Entered from "./Entered.svelte";
import Home from "./Home.svelte";
import Memo from "./Memo.svelte";
import Proposals from "./Proposals.svelte";
import Report from "./Report.svelte";

export const screens: ScreenMap = {
  community: Home,
  community_enter: Enter,
  community_entered: Entered,
  community_memo: Memo,
  community_report: Report,
  community_proposals: Proposals,
};
