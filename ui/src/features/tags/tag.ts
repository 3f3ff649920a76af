/** «1234 5678 9012» */
export function tagInWords(tag: string): string {
  return tag.replace(/(\d{4})(?=\d)/gu, "$1 ");
}
