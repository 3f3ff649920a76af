/** The screens of a crew behind the first one. */
import type { ScreenMap } from "../shell/map";
import Finding from "./work/Finding.svelte";
import Found from "./work/Found.svelte";
import Job from "./work/Job.svelte";

export const screens: ScreenMap = { job: Job, finding: Finding, found: Found };
