// What vega-interpreter imports of vega-util: vega carries the same functions, so that one request serves for seventy.
export const { ascending, isString, DisallowedObjectProperties } = globalThis.vega;
