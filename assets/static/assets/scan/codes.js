// Which code is meant, and what can be known of it without the server.
const SAME_FOR = 2500; // ms: the camera sees the same label many times

/** Passes each code on once, until another one was seen or some time went by. */
export const onceEach = (use, now = () => Date.now()) => {
  const seen = new Map();
  return (code) => {
    const last = seen.get(code) ?? -Infinity;
    seen.set(code, now());
    if (now() - last > SAME_FOR) use(code);
  };
};

/** The asset tag in our own label's address, or a text that may be one; null for a maker's mark. */
export const tagIn = (code) => {
  const label = /^https?:\/\/[^/]+\/(?:a|assets)\/([-\w]+)\/?$/i.exec(code);
  if (label) return label[1];
  return /^[A-Za-z][-\w]{0,39}$/.test(code) ? code : null;
};
