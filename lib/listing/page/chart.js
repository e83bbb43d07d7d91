/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Charts. Sizes are pixels, so that text is legible on any screen.
 */
const MARGIN = { left: 44, right: 12 };
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const CHART_MIN = 260, MONTH_ROOM = 36, BAR_ROOM = 2;

const widthOf = (figure) => Math.max(CHART_MIN, figure.clientWidth);

function begin(figure, width, height, label) {
	return draw(empty(figure), "svg", { viewBox: "0 0 " + width + " " + height, height: height,
		role: "img", "aria-label": label });
}
/* A round number of which not more than so many fit. */
function niceStep(most, steps) {
	const raw = Math.max(most, 1) / steps;
	const power = Math.pow(10, Math.floor(Math.log10(raw)));
	return Math.max(1, [1, 2, 5, 10].find((factor) => factor * power >= raw) * power);
}
/* Days that one bar stands for, when so many share a width. */
function daysPerBar(n, width) {
	return [1, 2, 7, 14, 28].find((size) => n / size * BAR_ROOM <= width) || 28;
}
function sums(days, size) {
	const bins = [];
	for (let i = 0; i < days.length; i += size)
		bins.push(days.slice(i, i + size).reduce((a, b) => a + b, 0));
	return bins;
}
const barWord = (size) => size === 1 ? "A bar is a day" : "A bar is " + size + " days";
const span = (start, size) => date(start) + (size > 1 ? " to " + date(start + (size - 1) * DAY) : "");

/* Months below a line of time. */
function drawMonths(svg, x, from, to, y, height) {
	const first = new Date(from * 1000);
	let last = -Infinity;
	for (let m = first.getUTCMonth() + 1; ; m++) {
		const start = Date.UTC(first.getUTCFullYear(), m, 1) / 1000;
		if (start > to)
			break;
		const isYear = m % 12 === 0;
		draw(svg, "line", { class: "axis", x1: x(start), x2: x(start), y1: y, y2: y + 4 });
		if (x(start) - last < MONTH_ROOM || x(start) + MONTH_ROOM / 2 > x(to))
			continue;
		last = x(start);
		draw(svg, "text", { x: last, y: y + height, "text-anchor": "middle", class: isYear ? "strong" : "" },
			isYear ? first.getUTCFullYear() + m / 12 : MONTHS[m % 12]);
	}
}
function drawScale(svg, width, y, most, steps) {
	const step = niceStep(most, steps);
	for (let n = step; n <= most; n += step) {
		draw(svg, "line", { class: "grid", x1: MARGIN.left, x2: width - MARGIN.right, y1: y(n), y2: y(n) });
		draw(svg, "text", { x: MARGIN.left - 6, y: y(n) + 4, "text-anchor": "end" }, number(n));
	}
}
