/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of devices: rows that are in sight, and space for the others.
 */
const COLUMNS = [
	{ key: "state", title: "State", sort: "urgency" },
	{ key: "name", title: "Name" },
	{ key: "why", title: "Why" },
	{ key: "due", title: "Due", isDate: true },
	{ key: "ends", title: "Ends", isDate: true },
	{ key: "read", title: "Read", isDate: true },
	{ key: "group", title: "Group" },
	{ key: "issuer", title: "Issuer" },
	{ key: "address", title: "Address" },
];
const SORTS = [{ key: "urgency", title: "urgency" }].concat(COLUMNS.slice(1));
const ROW = { wide: 34, narrow: 78 }, MORE = 20, MANY_TO_PRINT = 1000, TYPING_MS = 120;
const narrow = window.matchMedia("(max-width: 44rem)");
const collator = new Intl.Collator("en", { numeric: true });
const sorted = {}; /* by key: all rows in that order */
let shown = [];
let sight = { first: -1, last: -1 };

const later = (s) => s === null ? Infinity : s;
function comparison(key) {
	const byDate = (k) => (a, b) => later(a[k]) < later(b[k]) ? -1 : later(a[k]) > later(b[k]) ? 1 : 0;
	if (key === "urgency")
		return (a, b) => BY_URGENCY.indexOf(STATES[a.state]) - BY_URGENCY.indexOf(STATES[b.state]) ||
			byDate("ends")(a, b) || collator.compare(a.name, b.name);
	if (COLUMNS.find((c) => c.key === key).isDate)
		return byDate(key);
	return (a, b) => collator.compare(a[key], b[key]);
}
/* "due:2026-12-01..2026-12-07" is a range of days; other words are looked for. */
function filters() {
	const tests = [];
	for (const word of view.filter.toLowerCase().split(/\s+/)) {
		const range = /^(due|ends|read):(\d{4}-\d\d-\d\d)\.\.(\d{4}-\d\d-\d\d)$/.exec(word);
		if (range !== null) {
			const key = range[1], from = Date.parse(range[2]) / 1000, to = Date.parse(range[3]) / 1000 + DAY;
			tests.push((row) => row[key] !== null && row[key] >= from && row[key] < to);
		} else if (word !== "") {
			tests.push((row) => row.text.includes(word));
		}
	}
	if (view.state !== "")
		tests.push((row) => STATES[row.state] === view.state);
	return tests;
}
function chooseRows() {
	const tests = filters();
	if (sorted[view.sort] === undefined)
		sorted[view.sort] = rows.slice().sort(comparison(view.sort));
	shown = sorted[view.sort].filter((row) => tests.every((test) => test(row)));
	if (view.down)
		shown.reverse();
	at("shown").textContent = (shown.length === rows.length ? "" : number(shown.length) + " of ") +
		count(rows.length, "device", "devices");
	at("table").setAttribute("aria-rowcount", shown.length + 1);
	document.body.dataset.shown = shown.length;
}

function makeCell(row, column) {
	const cell = make("td", { class: "c-" + column.key }), value = row[column.key];
	if (column.key === "state") {
		cell.append(make("span", { class: "state " + STATES[value] }, STATES[value]));
	} else if (column.isDate) {
		cell.textContent = date(value);
		if (column.key !== "read" && value !== null && value <= data.generated_at)
			cell.classList.add("past");
		if (column.key === "due" && data.what_if !== undefined)
			cell.title = data.what_if + ": " + date(row.whatIf);
	} else {
		cell.textContent = column.key === "issuer" ? shortIssuer(value) : value;
		cell.title = value;
	}
	return cell;
}
function makeRow(row, index) {
	const line = make("tr", { class: "row", "aria-rowindex": index + 2 });
	line.append(...COLUMNS.map((column) => makeCell(row, column)));
	return line;
}
function space(height) {
	const line = make("tr", { class: "space", "aria-hidden": "true" });
	const cell = make("td", {});
	line.style.height = cell.style.height = height + "px";
	line.append(cell);
	return line;
}
function fillRows(first, last) {
	const height = narrow.matches ? ROW.narrow : ROW.wide;
	const lines = [space(first * height)];
	for (let i = first; i < last; i++)
		lines.push(makeRow(shown[i], i));
	lines.push(space((shown.length - last) * height));
	at("rows").replaceChildren(...lines);
}
function showRows(isNew) {
	const frame = at("frame"), height = narrow.matches ? ROW.narrow : ROW.wide;
	const inSight = Math.ceil((frame.clientHeight || 600) / height), top = Math.floor(frame.scrollTop / height);
	if (!isNew && sight.first <= Math.max(0, top - MORE / 4) &&
	    sight.last >= Math.min(shown.length, top + inSight + MORE / 4))
		return;
	sight = { first: Math.max(0, Math.min(top, shown.length - inSight) - MORE),
		last: Math.min(shown.length, top + inSight + MORE) };
	fillRows(sight.first, sight.last);
}
/* On paper there is no scrolling: the first rows, and how many more there are. */
function fillPaper() {
	fillRows(0, Math.min(shown.length, MANY_TO_PRINT));
	const seen = COLUMNS.filter((column) => at("th-" + column.key).offsetWidth > 0).length || 1;
	const rest = make("tr", { class: "rest" });
	rest.append(make("td", { colspan: seen }, shown.length > MANY_TO_PRINT ?
		number(shown.length - MANY_TO_PRINT) + " more devices are not printed; filter the table for them." : ""));
	at("rows").lastChild.replaceWith(rest);
}

/*
 * The controls.
 */
function showTableControls() {
	for (const state of STATES)
		at("tile-" + state).setAttribute("aria-pressed", view.state === state);
	for (const column of COLUMNS) {
		const cell = at("th-" + column.key);
		if ((column.sort || column.key) === view.sort)
			cell.setAttribute("aria-sort", view.down ? "descending" : "ascending");
		else
			cell.removeAttribute("aria-sort");
	}
	if (at("filter").value !== view.filter)
		at("filter").value = view.filter;
	at("state").value = view.state;
	at("sort").value = view.sort;
}
function sortBy(key) {
	view.down = view.sort === key && !view.down;
	view.sort = key;
	refresh();
}
function makeHead() {
	for (const column of COLUMNS) {
		const cell = make("th", { class: "c-" + column.key, scope: "col", id: "th-" + column.key });
		const button = make("button", { type: "button" }, column.title);
		button.addEventListener("click", () => sortBy(column.sort || column.key));
		cell.append(button);
		at("head").append(cell);
	}
	if (rows.every((row) => row.group === ""))
		at("table").classList.add("no-groups");
}
function listenToTable() {
	let pending = 0;
	makeHead();
	at("state").append(make("option", { value: "" }, "all"));
	for (const state of BY_URGENCY)
		at("state").append(make("option", { value: state }, state));
	for (const sort of SORTS)
		at("sort").append(make("option", { value: sort.key }, sort.title.toLowerCase()));
	at("state").addEventListener("change", () => { view.state = at("state").value; refresh(); });
	at("sort").addEventListener("change", () => { view.sort = at("sort").value; view.down = false; refresh(); });
	at("turn").addEventListener("click", () => { view.down = !view.down; refresh(); });
	at("filter").addEventListener("input", () => {
		clearTimeout(pending);
		pending = setTimeout(() => { view.filter = at("filter").value; refresh(); }, TYPING_MS);
	});
	at("frame").addEventListener("scroll", () => showRows(false), { passive: true });
	addEventListener("beforeprint", fillPaper);
	addEventListener("afterprint", () => showRows(true));
}
