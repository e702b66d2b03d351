// Words of the language that the page is in, from the catalogue that the page loads before its modules; English without.
const page = globalThis.django ?? {};
const named = (text, values) => text.replace(/%\((\w+)\)s/g, (_, name) => String(values[name]));

/** What a person reads, with its values: `gettext("Following %(tag)s.", { tag })`. */
export const gettext = (text, values = {}) => named(page.gettext?.(text) ?? text, values);

/** The same for a count, which fills %(count)s. */
export const ngettext = (one, many, count, values = {}) =>
  named(page.ngettext?.(one, many, count) ?? (count === 1 ? one : many), { count, ...values });

/** For dates, numbers and sorting. */
export const language = globalThis.document?.documentElement?.lang || "en-GB";
