// What the page does beyond its style: a point of each plot can be read by the arrow keys.
"use strict";
