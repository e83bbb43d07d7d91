/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All of it.
 */
function show() {
	showTableControls();
	showForm();
	chooseRows();
	at("frame").scrollTop = 0;
	showRows(true);
	drawDays();
}
function refresh() {
	writeFragment();
	show();
}
let width = 0;
function resize() {
	if (at("timeline").clientWidth === width)
		return;
	width = at("timeline").clientWidth;
	drawTimeline();
	drawDays();
	showRows(true);
}
showHead();
listenToChart();
listenToForm();
listenToTable();
readFragment();
show();
resize();
addEventListener("resize", resize);
addEventListener("hashchange", () => { readFragment(); show(); });
document.body.dataset.ready = "yes";
