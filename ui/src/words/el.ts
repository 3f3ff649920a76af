/** Every el catalogue, as text; one chunk, loaded when the language is first shown. */
export const files = import.meta.glob<string>("./el/*.ftl", { query: "?raw", import: "default", eager: true });
