/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Renewals by day: bars of one forecast, another as a line of steps, and the form in
 * which another policy is asked for.
 */
const CURVE = { top: 30, height: 236, bottom: 24 };
const SOON = 30; /* days */
const days = { cursor: -1, bars: 0, place: null, hint: null };

/* The forecast that was asked for last; null when none is compared. */
let asked = { key: "", forecast: null };
function compared() {
	if (view.compare === "none")
		return null;
	if (view.compare !== "asked")
		return data.forecasts[view.compare];
	const key = JSON.stringify(view.ask);
	if (asked.key !== key)
		asked = { key: key, forecast: askForecast(view.ask) };
	return asked.forecast;
}

function tell(forecast, style) {
	const item = make("li", {}), peak = busiest(forecast);
	draw(draw(item, "svg", { viewBox: "0 0 12 12", "aria-hidden": "true" }), "rect",
		{ class: style, x: 1, y: style === "bar due" ? 0 : 4, width: 10, height: style === "bar due" ? 12 : 3, rx: 1 });
	const soon = within(forecast, SOON), shown = within(forecast, forecast.days.length);
	item.append(make("b", {}, forecast.name), ": " + count(forecast.certificates, "certificate", "certificates") +
		", " + number(forecast.overdue) + " overdue, " + number(soon - forecast.overdue) + " within " + SOON +
		" days, " + number(shown - soon) + " in the days after, " + number(forecast.beyond) + " beyond the " +
		forecast.days.length + "; " +
		(peak === null ? "none on a day of these" : "most on " + date(peak.at) + ", " + number(peak.n)) + ".");
	return item;
}
function markPeak(svg, values, x, scale, style) {
	const peak = Math.max(...values), where = values.indexOf(peak);
	if (peak > 0)
		draw(svg, "text", { class: style, y: scale(peak) - 5, x: x(where + 0.5),
			"text-anchor": where > values.length / 2 ? "end" : "start" }, number(peak));
}
function drawDays() {
	const width = widthOf(at("days")), left = MARGIN.left, right = width - MARGIN.right;
	const first = data.forecasts[view.show], second = compared();
	const size = daysPerBar(first.days.length, right - left);
	const a = sums(first.days, size), b = second === null ? [] : sums(second.days, size);
	const floor = CURVE.height - CURVE.bottom, most = Math.max(1, ...a, ...b);
	const scale = (v) => floor - v / most * (floor - CURVE.top);
	const x = (i) => left + i * (right - left) / a.length;
	const start = (i) => data.first_day_at + i * size * DAY;
	const svg = begin(at("days"), width, CURVE.height, "Renewals by day");
	drawScale(svg, width, scale, most, 4);
	a.forEach((n, i) => {
		if (n > 0)
			draw(svg, "rect", { class: "bar due", x: x(i), y: Math.min(scale(n), floor - 1),
				width: Math.max(0.8, x(i + 1) - x(i) - (size > 1 ? 1.2 : 0.4)), height: Math.max(1, floor - scale(n)) });
	});
	if (second !== null)
		draw(svg, "path", { class: "other", d: b.map((n, i) =>
			(i === 0 ? "M" : "L") + x(i) + " " + scale(n) + "H" + x(i + 1)).join("") });
	draw(svg, "line", { class: "axis", x1: left, x2: right, y1: floor, y2: floor });
	drawMonths(svg, (s) => left + (s - data.first_day_at) / (a.length * size * DAY) * (right - left),
		data.first_day_at, start(a.length), floor, 17);
	draw(svg, "line", { class: "today", x1: left, x2: left, y1: CURVE.top - 8, y2: floor });
	draw(svg, "text", { class: "today", x: left, y: 13, "text-anchor": "middle" }, "today");
	if (second !== null)
		markPeak(svg, b, x, scale, "compare");
	markPeak(svg, a, x, scale, "strong");
	const cursor = draw(svg, "rect", { class: "cursor", y: CURVE.top, height: floor - CURVE.top, width: 0, x: 0 });
	days.hint = () => {
		const i = days.cursor, is = i >= 0 && i < a.length;
		cursor.setAttribute("x", is ? x(i) : 0);
		cursor.setAttribute("width", is ? Math.max(3, x(i + 1) - x(i)) : 0);
		at("days-hint").textContent = !is ? barWord(size) + "." : span(start(i), size) + ": " + number(a[i]) +
			(second === null ? "" : ", " + number(b[i]) + " with " + second.name);
	};
	days.place = (px) => Math.floor((px - left) / (right - left) * a.length);
	days.bars = a.length;
	days.hint();
	at("days-legend").replaceChildren(tell(first, "bar due"), ...(second === null ? [] : [tell(second, "line")]));
}

/*
 * The controls.
 */
function moveCursor(i) {
	days.cursor = i;
	days.hint();
}
function listenToChart() {
	const figure = at("days");
	figure.addEventListener("pointermove", (event) =>
		moveCursor(days.place(event.clientX - figure.getBoundingClientRect().left)));
	figure.addEventListener("pointerleave", () => moveCursor(-1));
	figure.addEventListener("keydown", (event) => {
		const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
		if (step === undefined)
			return;
		event.preventDefault();
		moveCursor(Math.min(Math.max(days.cursor + step, 0), days.bars - 1));
	});
}
function addForecasts(select) {
	const kinds = { issuer: "issuer: ", issuers: "issuer: ", "what-if": "what if: ", rule: "policy " };
	data.forecasts.forEach((f, i) =>
		select.append(make("option", { value: i }, (kinds[f.kind] || "") + f.name)));
}
/* What the form says, as far as it makes sense. */
function takeForm() {
	const ask = view.ask, share = readShare(at("ask-share").value);
	const days = (id, least) => {
		const n = Number(at(id).value);
		const is = at(id).value === "" || (Number.isInteger(n) && n >= least && n <= DAYS_MAX);
		at(id).setAttribute("aria-invalid", !is);
		return is ? n : null;
	};
	const renew = days("ask-days", 0), lifetime = days("ask-lifetime", 1);
	at("ask-share").setAttribute("aria-invalid", share === null);
	if (renew !== null)
		ask.days = renew;
	if (lifetime !== null)
		ask.lifetime = lifetime;
	Object.assign(ask, share || {});
	refresh();
}
function showForm() {
	const ask = view.ask, isShare = ask.policy === "fraction";
	const put = (id, value) => {
		if (at(id) !== document.activeElement)
			at(id).value = value;
	};
	at("ask").hidden = view.compare !== "asked";
	at("first").value = view.show;
	at("second").value = view.compare;
	at("ask-policy").value = ask.policy;
	at("ask-days").parentElement.hidden = isShare;
	at("ask-share").parentElement.hidden = !isShare;
	put("ask-days", ask.days);
	put("ask-share", ask.num + "/" + ask.den);
	put("ask-lifetime", ask.lifetime > 0 ? ask.lifetime : "");
}
function listenToForm() {
	addForecasts(at("first"));
	at("second").append(make("option", { value: "none" }, "nothing"),
		make("option", { value: "asked" }, "another policy \u2026"));
	addForecasts(at("second"));
	for (const policy in POLICIES)
		at("ask-policy").append(make("option", { value: policy }, policy));
	at("first").addEventListener("change", () => {
		view.show = Number(at("first").value);
		refresh();
	});
	at("second").addEventListener("change", () => {
		const value = at("second").value;
		view.compare = /^\d+$/.test(value) ? Number(value) : value;
		refresh();
	});
	at("ask-policy").addEventListener("change", () => {
		view.ask.policy = at("ask-policy").value;
		view.ask.days = POLICIES[view.ask.policy].days || view.ask.days;
		refresh();
	});
	for (const id of ["ask-days", "ask-share", "ask-lifetime"])
		for (const event of ["input", "change"])
			at(id).addEventListener(event, takeForm);
}
