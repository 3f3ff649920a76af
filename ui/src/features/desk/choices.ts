/** What the type-ahead boxes of the desk offer. */
import { lists, named, nameOf } from "../../words/names.svelte";
import { spoken } from "../../words/spoken";
import { t } from "../../words/words.svelte";
import type { ComboOption } from "./Combo.svelte";

/** Every kind of request, with its group behind it; what only a community files just where it is that already. */
export function categoryOptions(current = ""): ComboOption[] {
  return lists().categories.filter((item) => !item.community_only || item.code === current).map((item) => {
    const group = nameOf("group", item.group);
    return { value: item.code, label: named(item), hint: group, search: `${item.el} ${item.en} ${group} ${spoken(item.code)}`, danger: item.emergency };
  });
}

/** Communities and their settlements, each as records store a place: `community/settlement`. */
export function placeOptions(): ComboOption[] {
  const { communities, settlements } = lists();
  const mine = communities.filter((item) => item.mine);
  return (mine.length ? mine : communities).flatMap((community) => {
    const name = named(community);
    const parts = settlements.filter((item) => item.community === community.code);
    return [
      { value: `${community.code}/`, label: name, hint: t("combo-place-whole"), search: `${community.el} ${community.en}` },
      ...parts.map((item) => ({
        value: `${community.code}/${item.code}`,
        label: named(item),
        hint: t("combo-place-part", { community: name }),
        search: `${item.el} ${item.en} ${name}`,
      })),
    ];
  });
}

/** A place as records store it. */
export function placeValue({ community, settlement }: { community: string; settlement: string }): string {
  return `${community}/${settlement}`;
}

/** Takes a stored place apart. */
export function placeParts(place: string): { community: string; settlement: string } {
  const [community = "", settlement = ""] = place.split("/");
  return { community, settlement };
}
