/** What a device is for: as a form holds it, and as the server wants it. */
import type { DeviceInviteInput, Role } from "../../ipc/commands";
import { ownError, type FieldError } from "../../words/problems";
import { t } from "../../words/words.svelte";

export type Purpose = { role: string; name: string; person: string; crew: string; everywhere: boolean; communities: string[] };

/** Whether it is for all communities; the whole municipality is the desk's, not a community's. */
export function isEverywhere({ role, everywhere }: Purpose): boolean {
  return everywhere && role !== "community";
}

export function lacking(of: Purpose): FieldError[] {
  const { role, name, person, crew, communities } = of;
  const found: FieldError[] = [];
  if (!name.trim()) found.push(ownError("name", "invite-name-missing"));
  if (!person.trim()) found.push(ownError("person", "invite-person-missing"));
  if (role === "crew" && !crew) found.push(ownError("crew", "invite-crew-missing"));
  if (!isEverywhere(of) && communities.length === 0) found.push(ownError("communities", "invite-communities-missing"));
  return found;
}

export function asked(of: Purpose): DeviceInviteInput {
  const { role, name, person, crew, communities } = of;
  return {
    role: role as Role,
    name: name.trim(),
    person: person.trim(),
    crew: role === "crew" ? crew : null,
    communities: isEverywhere(of) ? [] : [...communities],
  };
}

/** What each field is called in an error. */
export function purposeLabels(): Record<string, string> {
  return {
    role: t("invite-role"),
    name: t("invite-name"),
    person: t("invite-person"),
    crew: t("device-crew"),
    communities: t("invite-communities"),
  };
}

export function purposeMissing(): Record<string, string> {
  return { name: t("invite-name-missing"), person: t("invite-person-missing"), crew: t("invite-crew-missing") };
}
