// Notifications of alerts, for a service worker to take in by importScripts: shows what is pushed, once for each alert,
// and opens the alert when it is tapped.
self.addEventListener("push", (event) => {
  const told = event.data ? event.data.json() : {};
  if (!told.title) return;
  event.waitUntil(
    self.registration.showNotification(told.title, {
      body: told.body,
      tag: told.tag ? `alert-${told.tag}` : told.token,
      renotify: Boolean(told.tag),
      requireInteraction: told.severity === "critical",
      data: { path: new URL(told.url, self.location.origin).pathname },
    }),
  );
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const { path } = event.notification.data;
  event.waitUntil(
    self.clients.matchAll({ type: "window" }).then((windows) => {
      const open = windows.find((each) => new URL(each.url).pathname === path);
      return open ? open.focus() : self.clients.openWindow(path);
    }),
  );
});
