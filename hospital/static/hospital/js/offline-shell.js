// What there is without a network: the pages that were kept, each with its age, and what waits to be sent.
import { ageWords } from "./ages.js";
import { ngettext } from "./words.js";

const list = document.querySelector("[data-kept-pages]");

const titleOf = (words) => new DOMParser().parseFromString(words, "text/html").title.replace(" · Whereabouts", "");

const line = async (pages, request) => {
  const answer = await pages.match(request);
  const age = (Date.now() - Date.parse(answer.headers.get("X-Kept-At"))) / 1000;
  const link = document.createElement("a");
  link.href = request.url;
  link.textContent = titleOf(await answer.text());
  const item = document.createElement("li");
  item.append(link, ` ${ageWords(age)}`);
  return item;
};

const show = async () => {
  if (!(await globalThis.caches?.has("pages"))) return;
  const pages = await caches.open("pages");
  const lines = await Promise.all((await pages.keys()).reverse().map((request) => line(pages, request)));
  list.replaceChildren(...lines);
  list.hidden = !lines.length;
};

const waiting = () => {
  const request = indexedDB.open("whereabouts", 1);
  request.onupgradeneeded = () => request.result.createObjectStore("outbox", { keyPath: "key" });
  request.onsuccess = () => {
    const count = request.result.transaction("outbox").objectStore("outbox").count();
    count.onsuccess = () => {
      const words = ngettext(
        "%(count)s waiting to be sent when there is a network again.",
        "%(count)s are waiting to be sent when there is a network again.",
        count.result,
      );
      document.querySelector("[data-outbox-count]").textContent = count.result ? words : "";
    };
    request.result.close();
  };
};

document.querySelector("[data-again]").addEventListener("click", () => location.reload());
addEventListener("online", () => location.reload());
show();
waiting();
