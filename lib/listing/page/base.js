/* SPDX-License-Identifier: BSD-2-Clause */
"use strict";
/*
 * Draws what is in the element "data". Text of devices goes into the page as text
 * alone: nothing here makes markup of it. What is looked at stands in the fragment of
 * the address, so that a link leads to it.
 */
const data = JSON.parse(document.getElementById("data").textContent);
const DAY = 86400;
const STATES = ["ok", "warning", "critical", "unknown"]; /* by number */
const BY_URGENCY = ["critical", "warning", "unknown", "ok"];
const FIRST_DATE = -62135596800, LAST_DATE = 253402300799; /* years 1 and 9999 */
const NONE = "\u2013";

const at = (id) => document.getElementById(id);

function fill(element, attributes, text) {
	for (const key in attributes)
		element.setAttribute(key, attributes[key]);
	if (text !== undefined)
		element.textContent = text;
	return element;
}
function make(name, attributes, text) {
	return fill(document.createElement(name), attributes, text);
}
function draw(parent, name, attributes, text) {
	const element = document.createElementNS("http://www.w3.org/2000/svg", name);
	parent.append(fill(element, attributes, text));
	return element;
}
function empty(element) {
	element.textContent = "";
	return element;
}

const number = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, "\u202f");
const count = (n, one, many) => number(n) + " " + (n === 1 ? one : many);
const isDate = (s) => s >= FIRST_DATE && s <= LAST_DATE;
const iso = (s) => new Date(s * 1000).toISOString();
function date(s) {
	if (s === null)
		return NONE;
	return isDate(s) ? iso(s).slice(0, 10) : s > 0 ? "never" : "long ago";
}
const moment = (s) => isDate(s) ? iso(s).slice(0, 16).replace("T", " ") + " UTC" : date(s);
const startOfDay = (s) => Math.floor(s / DAY) * DAY;

/* What a column has room for: the common name of a distinguished one. */
function shortIssuer(name) {
	const found = /(?:^|,\s*)CN=((?:[^,\\]|\\.)+)/.exec(name);
	return found === null ? name : found[1];
}

/* Rows as format_html.c writes them. */
const rows = data.rows.map((r) => {
	const issuer = r[7] < 0 ? "" : data.issuers[r[7]];
	return {
		state: r[0], name: r[1], group: r[2], why: r[3], due: r[4], ends: r[5], read: r[6],
		issuer: issuer, address: r[8], whatIf: r[9],
		text: [r[1], r[2], r[3], r[8], issuer].join("\n").toLowerCase(),
	};
});
