// The table of orders refreshes itself, but not under the hands of somebody who is choosing rows.
const isChoosing = () => document.querySelector('#work input[name="order"]:checked, #work .work-bulk :focus') !== null;

document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target.matches?.("[data-work-refresh]") && isChoosing()) event.preventDefault();
});
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.requestConfig.elt.matches("[data-work-refresh]") && isChoosing()) detail.shouldSwap = false;
});
