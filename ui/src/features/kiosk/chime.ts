/** Two notes that make people in a hall look up; nothing where the machine makes no sound. */
const NOTES = [{ at: 0, hertz: 660 }, { at: 0.3, hertz: 880 }];
const LOUD = 0.3;
const LONG_S = 0.6;

export function chime(): void {
  if (typeof AudioContext === "undefined") return;
  try {
    const sound = new AudioContext();
    for (const { at, hertz } of NOTES) {
      const begin = sound.currentTime + at;
      const note = new OscillatorNode(sound, { frequency: hertz });
      const volume = new GainNode(sound, { gain: 0 });
      volume.gain.setValueAtTime(0, begin);
      volume.gain.linearRampToValueAtTime(LOUD, begin + 0.02);
      volume.gain.linearRampToValueAtTime(0, begin + LONG_S);
      note.connect(volume).connect(sound.destination);
      note.start(begin);
      note.stop(begin + LONG_S);
    }
    setTimeout(() => void sound.close(), 2_000);
  } catch (failure) {
    console.info("No sound", failure);
  }
}
