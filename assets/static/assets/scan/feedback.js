// A short high tone for done, a low one for not: heard without looking. The phone shakes where it can.
let audio = null;

/** Browsers keep still until the person has touched the page. */
const isAllowed = () => navigator.userActivation?.hasBeenActive ?? true;

const tone = (frequency, seconds) => {
  try {
    audio ??= new AudioContext();
    const source = audio.createOscillator();
    const volume = audio.createGain();
    volume.gain.value = 0.1;
    source.frequency.value = frequency;
    source.connect(volume).connect(audio.destination);
    source.start();
    source.stop(audio.currentTime + seconds);
  } catch {
    audio = null; // no loudspeaker
  }
};

export const good = () => {
  if (!isAllowed()) return;
  tone(1320, 0.12);
  navigator.vibrate?.(60);
};

export const bad = () => {
  if (!isAllowed()) return;
  tone(220, 0.35);
  navigator.vibrate?.([120, 80, 120]);
};
