/** The screens of the desk. A screen named here replaces the shared one of the same name. */
import type { ScreenMap } from "../../shell/map";
import Accounts from "./Accounts.svelte";
import CaseFile from "./CaseFile.svelte";
import ChangeDevice from "./ChangeDevice.svelte";
import Conflict from "./Conflict.svelte";
import Conflicts from "./Conflicts.svelte";
import Devices from "./Devices.svelte";
import EmergencyPlan from "./EmergencyPlan.svelte";
import Enter from "./Enter.svelte";
import Inbox from "./Inbox.svelte";
import Invite from "./Invite.svelte";
import KeptContacts from "./KeptContacts.svelte";
import Planning from "./Planning.svelte";
import { hearKeys } from "./keys";

hearKeys();

export const screens: ScreenMap = {
  inbox: Inbox,
  request: CaseFile,
  enter: Enter,
  planning: Planning,
  emergency: EmergencyPlan,
  kept: KeptContacts,
  accounts: Accounts,
  conflicts: Conflicts,
  conflict: Conflict,
  devices: Devices,
  device: ChangeDevice,
  invite: Invite,
};
