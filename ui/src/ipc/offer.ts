/**
 * Asks for something that is only offered, after `ms` of quiet: a failure is no trouble of the person who types.
 * Gives what an effect returns: whatever it was for is not taken any more.
 */
export function offer<T>(ms: number, ask: () => Promise<T>, take: (found: T) => void): () => void {
  let stopped = false;
  const timer = setTimeout(
    () =>
      ask().then(
        (found) => {
          if (!stopped) take(found);
        },
        (failure: unknown) => console.error("Looking for what may be offered", failure),
      ),
    ms,
  );
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
