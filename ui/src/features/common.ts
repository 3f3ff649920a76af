/** The screens that crews, communities and the desk share; what is offered on them follows from what the person may do. */
import type { ScreenMap } from "../shell/map";
import AssetAdd from "./assets/Add.svelte";
import AssetCard from "./assets/Card.svelte";
import AssetList from "./assets/List.svelte";
import Map from "./map/Map.svelte";
import Inspections from "./assets/Inspections.svelte";
import Labels from "./tags/Labels.svelte";
import Round from "./rounds/Round.svelte";
import RoundReport from "./rounds/Report.svelte";
import Rounds from "./rounds/Rounds.svelte";
import Scan from "./tags/Scan.svelte";
import Outbox from "./outbox/Outbox.svelte";
import RequestCase from "./requests/Case.svelte";
import RequestList from "./requests/List.svelte";

export const screens: ScreenMap = {
  requests: RequestList,
  request: RequestCase,
  assets: AssetList,
  asset: AssetCard,
  asset_add: AssetAdd,
  inspections: Inspections,
  map: Map,
  rounds: Rounds,
  round: Round,
  round_report: RoundReport,
  scan: Scan,
  labels: Labels,
  outbox: Outbox,
};
