/** Every en catalogue, as text; one chunk, loaded when the language is first shown. */
export const files = import.meta.glob<string>("./en/*.ftl", { query: "?raw", import: "default", eager: true });
