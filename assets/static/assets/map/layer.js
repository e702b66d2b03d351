// The canvas above the plan: one Leaflet layer that draws room labels and every marker.
import { MARGIN, lookOf, palette, picture } from "./pictures.js";
import { hasPlace, positionOf, pulseOf } from "./markers.js";
import { itemAt, layOut } from "./layout.js";
import { ageOf, ageStep } from "/static/hospital/js/ages.js";

