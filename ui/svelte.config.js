/** Runes everywhere; TypeScript is read by the compiler itself. */
export default {
  compilerOptions: { runes: true },
};
