// The camera at the back of the phone, as a video to read from.
const WANTED = { video: { facingMode: { ideal: "environment" }, width: { ideal: 1280 }, height: { ideal: 960 } }, audio: false };
const REST = 120; // ms between two looks: the phone stays cool

/** Why it does not start: "insecure", "no-camera" or "refused"; null when it does. */
export const start = async (video) => {
  if (!isSecureContext) return "insecure";
  if (!navigator.mediaDevices?.getUserMedia) return "no-camera";
  try {
    video.srcObject = await navigator.mediaDevices.getUserMedia(WANTED);
    await video.play();
    return null;
  } catch (error) {
    return error.name === "NotAllowedError" ? "refused" : "no-camera";
  }
};

export const stop = (video) => {
  video.srcObject?.getTracks().forEach((track) => track.stop());
  video.srcObject = null;
};

/** Looks again and again until the camera is stopped; `onCodes` is told what is seen. */
export const watch = async (video, read, onCodes) => {
  while (video.srcObject) {
    if (video.readyState >= 2 && !document.hidden) {
      const codes = await read(video, { isStill: false }).catch(() => []);
      if (codes.length && video.srcObject) onCodes(codes);
    }
    await new Promise((resolve) => setTimeout(resolve, REST));
  }
};
