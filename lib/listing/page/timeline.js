/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The timeline: above the line when renewals of devices are due, below it when their
 * first certificate ends; what is past in another colour.
 */
const BEFORE = 60, AFTER = 400; /* days that are shown */
const HALF = 84, TOP = 24, GAP = 20, BOTTOM = 22;

function binRows(from, n, size) {
	const bins = { due: new Array(n).fill(0), ends: new Array(n).fill(0), before: {}, after: {} };
	for (const key of ["due", "ends"]) {
		bins.before[key] = bins.after[key] = 0;
		for (const row of rows) {
			if (row[key] === null)
				continue;
			const i = Math.floor((row[key] - from) / DAY / size);
			if (i < 0)
				bins.before[key]++;
			else if (i >= n)
				bins.after[key]++;
			else
				bins[key][i]++;
		}
	}
	return bins;
}
function timelineLegend(bins, size) {
	const legend = empty(at("timeline-legend"));
	for (const [style, text] of [["overdue", "overdue"], ["due", "due"], ["expired", "ended"], ["ends", "ends"]]) {
		const item = make("li", {});
		draw(draw(item, "svg", { viewBox: "0 0 12 12", "aria-hidden": "true" }), "rect",
			{ class: "bar " + style, width: 12, height: 12, rx: 2 });
		item.append(text);
		legend.append(item);
	}
	const outside = [[bins.before.due, "due before"], [bins.before.ends, "ended before"],
		[bins.after.due, "due later"], [bins.after.ends, "end later"]];
	legend.append(make("li", {}, barWord(size) + outside.filter((o) => o[0] > 0)
		.map((o) => ", " + number(o[0]) + " " + o[1]).join("") + "."));
}
function drawBar(svg, key, start, size, n, box) {
	const today = startOfDay(data.generated_at), isPast = start < today;
	const bar = draw(svg, "rect", Object.assign({ class: "bar link " +
		(key === "due" ? (isPast ? "overdue" : "due") : (isPast ? "expired" : "ends")) }, box));
	draw(bar, "title", {}, span(start, size) + ": " + number(n) + (key === "due" ? " due" : n === 1 ? " ends" : " end"));
	bar.addEventListener("click", () => {
		view.filter = key + ":" + date(start) + ".." + date(start + (size - 1) * DAY);
		refresh();
		at("devices").scrollIntoView();
	});
}
/* "today" never stands in the middle of a bar: bars begin there, both ways. */
function drawTimeline() {
	const width = widthOf(at("timeline")), room = width - MARGIN.left - MARGIN.right;
	const today = startOfDay(data.generated_at), size = daysPerBar(BEFORE + AFTER, room);
	const from = today - Math.ceil(BEFORE / size) * size * DAY;
	const n = Math.ceil((today + AFTER * DAY - from) / DAY / size), to = from + n * size * DAY;
	const bins = binRows(from, n, size), most = Math.max(1, ...bins.due, ...bins.ends);
	const middle = TOP + HALF, height = TOP + 2 * HALF + GAP + BOTTOM;
	const svg = begin(at("timeline"), width, height,
		"Devices by the day on which renewal is due, and on which the first certificate ends");
	const x = (s) => MARGIN.left + (s - from) / (to - from) * room;
	const up = (v) => middle - v / most * HALF, down = (v) => middle + GAP + v / most * HALF;
	drawScale(svg, width, up, most, 3);
	drawScale(svg, width, down, most, 3);
	for (let i = 0; i < n; i++) {
		const start = from + i * size * DAY, left = x(start);
		const wide = Math.max(1, x(start + size * DAY) - left - (size > 1 ? 1.5 : 0.4));
		for (const key of ["due", "ends"]) {
			const length = Math.max(1.5, bins[key][i] / most * HALF);
			if (bins[key][i] > 0)
				drawBar(svg, key, start, size, bins[key][i], { x: left, width: wide, height: length,
					y: key === "due" ? middle - length : middle + GAP });
		}
	}
	for (const y of [middle, middle + GAP])
		draw(svg, "line", { class: "axis", x1: MARGIN.left, x2: width - MARGIN.right, y1: y, y2: y });
	drawMonths(svg, x, from, to, middle, 15);
	draw(svg, "line", { class: "today", x1: x(today), x2: x(today), y1: TOP - 6, y2: height - BOTTOM + 6 });
	draw(svg, "text", { class: "today", x: x(today), y: 13, "text-anchor": "middle" }, "today");
	draw(svg, "text", { x: width - MARGIN.right, y: 13, "text-anchor": "end" }, "renewal due");
	draw(svg, "text", { x: width - MARGIN.right, y: height - 5, "text-anchor": "end" }, "first certificate ends");
	timelineLegend(bins, size);
}
