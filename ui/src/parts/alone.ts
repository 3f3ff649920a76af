/** Lets one thing happen at a time: what is asked for while another goes on does not happen, also before anything is sent. */
export function alone(): (what: () => Promise<void>) => Promise<void> {
  let going = false;
  return async (what) => {
    if (going) return;
    going = true;
    await what().finally(() => (going = false));
  };
}
