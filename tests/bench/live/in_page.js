// What the bench asks of a page: its rate of frames, the time from an input to the frame after it, and, for the peer,
// as many circle markers of Leaflet's own canvas, all moved four times a second.
(() => {
  const latencies = [];
  addEventListener("mousemove", ({ timeStamp }) =>
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => latencies.push(performance.now() - timeStamp);
      port2.postMessage(0);
    }),
  );
  let [frames, pictures, since] = [0, 0, 0];
  const counts = () => [window.whereabouts?.map?.frames ?? 0, window.whereabouts?.map?.pictures ?? 0];
  [[frames, pictures], since] = [counts(), performance.now()];

  window.bench = {
    latencies,
    fps: (ms) =>
      new Promise((done) => {
        let count = 0;
        const begun = performance.now();
        const next = (now) => {
          count += 1;
          if (now - begun < ms) requestAnimationFrame(next);
          else done((1000 * count) / (performance.now() - begun));
        };
        requestAnimationFrame(next);
      }),
    state() {
      const seconds = (performance.now() - since) / 1000;
      const [framesNow, picturesNow] = counts();
      return {
        framesPerSecond: Math.round((10 * (framesNow - frames)) / seconds) / 10,
        picturesPerSecond: Math.round((10 * (picturesNow - pictures)) / seconds) / 10,
        single: window.whereabouts.map.single,
      };
    },
    leaflet(count) {
      const map = L.map("map", { crs: L.CRS.Simple, preferCanvas: true, zoomControl: false, attributionControl: false });
      map.setView([innerHeight / 2, innerWidth / 2], 0);
      const spots = Array.from({ length: count }, () => [Math.random() * innerHeight, Math.random() * innerWidth]);
      const colours = ["#00734a", "#0b57d0", "#9a5b00", "#b3261e", "#6247aa"];
      const markers = spots.map((at, n) => L.circleMarker(at, { radius: 6, weight: 1, color: colours[n % 5] }).addTo(map));
      let tick = 0;
      setInterval(() => {
        tick += 1;
        markers.forEach((marker, n) => {
          const [y, x] = spots[n];
          marker.setLatLng([y + 3 * Math.sin(tick / 3 + n), x + 3 * Math.cos(tick / 3 + n)]);
        });
      }, 250);
    },
  };
})();
