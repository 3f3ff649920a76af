/** Which crews a request is offered to first. */
import type { CrewItem } from "../../ipc/commands";
import { lists } from "../../words/names.svelte";
import { t } from "../../words/words.svelte";

type About = { category: string; community: string };

/** A crew works in this community; one without communities works in all. */
function serves(crew: CrewItem, community: string): boolean {
  return crew.communities.length === 0 || crew.communities.includes(community);
}

/**
 * A crew can do this kind: its skills say so, or, where nobody named any, its department has it. Where somebody charges it to
 * another department than its kind is of, that is who can.
 */
function canDo(crew: CrewItem, category: string, department?: string): boolean {
  const kind = lists().categories.find((one) => one.code === category);
  if (department && department !== kind?.department) return crew.department === department;
  return crew.skills.length ? crew.skills.some((skill) => skill === kind?.group) : crew.department === kind?.department;
}

/** All crews for a choice: first those that can do all of it and work where all of it is. Without a department it is that of the kind. */
export function crewGroups(about: About[], word: (crew: CrewItem) => string, department?: string): { label: string; options: { value: string; label: string }[] }[] {
  const all = lists().crews;
  const able = all.filter((crew) => about.every((one) => canDo(crew, one.category, department)));
  const near = able.filter((crew) => about.every((one) => serves(crew, one.community)));
  const as = (crews: CrewItem[]) => crews.map((crew) => ({ value: crew.id, label: word(crew) }));
  return [
    { label: t("planning-crews-near"), options: as(near) },
    { label: t("planning-crews-able"), options: as(able.filter((crew) => !near.includes(crew))) },
    { label: t("planning-crews-others"), options: as(all.filter((crew) => !able.includes(crew))) },
  ];
}
